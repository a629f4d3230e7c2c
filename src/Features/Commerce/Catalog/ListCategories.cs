using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Catalog;

/// <param name="Products">How many are on sale in it and in its parts.</param>
/// <param name="Parent">The slug of the category above it; null for one at the top.</param>
public sealed record CategoryView(string Slug, string Name, int Products, string? Parent);

public sealed record CategoryPage(IReadOnlyList<CategoryView> Items);

/// <summary>The categories of the shop, with the number of products on sale in each.</summary>
public static class ListCategoriesEndpoint
{
    [WolverineGet("/api/categories")]
    [ProducesResponseType<CategoryPage>(StatusCodes.Status200OK), ProducesResponseType(StatusCodes.Status304NotModified)]
    public static async Task<IResult> Get(ProductAnswers answers) => (await answers.CategoriesAsync())!;
}
