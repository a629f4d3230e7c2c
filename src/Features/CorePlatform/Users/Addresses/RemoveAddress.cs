using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Users.Addresses;

/// <summary>Removes one of the caller's addresses; if it was a default, the oldest remaining address takes its place.</summary>
public static class RemoveAddressEndpoint
{
    public static Task<(AddressBook?, ProblemDetails)> LoadAsync(Guid id, Caller caller, IQuerySession documents,
        CancellationToken cancellation) =>
        documents.AddressesWithAsync(id, caller, cancellation);

    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [WolverineDelete("/api/users/me/addresses/{id:guid}"), Authorize("customer")]
    public static (IResult, IMartenOp) Delete(Guid id, [NotBody] AddressBook book)
    {
        book.Remove(id);
        return (Results.NoContent(), MartenOps.Update(book));
    }
}
