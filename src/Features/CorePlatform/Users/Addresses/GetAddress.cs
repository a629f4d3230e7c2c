using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.Addresses;

/// <summary>One of the caller's addresses.</summary>
public static class GetAddressEndpoint
{
    public static Task<(AddressBook?, ProblemDetails)> LoadAsync(Guid id, Caller caller, IQuerySession documents,
        CancellationToken cancellation) =>
        documents.AddressesWithAsync(id, caller, cancellation);

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status401Unauthorized, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status403Forbidden, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [WolverineGet("/api/users/me/addresses/{id:guid}"), Authorize("customer")]
    public static AddressView Get(Guid id, AddressBook book) => AddressView.Of(book, id);
}
