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

    [WolverineGet("/api/users/me/addresses/{id:guid}"), Authorize("customer")]
    public static AddressView Get(Guid id, AddressBook book) => AddressView.Of(book, id);
}
