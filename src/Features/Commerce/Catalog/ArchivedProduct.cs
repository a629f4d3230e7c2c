using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The refusal of a change to an archived product.</summary>
internal static class ArchivedProduct
{
    public static ProblemDetails Refusal() =>
        Problem.Conflict("product.archived", "The product is archived", "Unarchive it first.");
}
