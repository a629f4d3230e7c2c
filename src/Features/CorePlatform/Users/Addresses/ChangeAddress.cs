using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Users.Addresses;

/// <summary>Replaces one of the caller's addresses. If another change wins a race, the answer is 409.</summary>
public static class ChangeAddressEndpoint
{
    public static Task<(AddressBook?, ProblemDetails)> LoadAsync(Guid id, Caller caller, IQuerySession documents,
        CancellationToken cancellation) =>
        documents.AddressesWithAsync(id, caller, cancellation);

    [WolverinePut("/api/users/me/addresses/{id:guid}"), Authorize("customer")]
    public static (AddressView, IMartenOp) Put(Guid id, AddressEntry command, [NotBody] AddressBook book)
    {
        book.Change(id, command);
        return (AddressView.Of(book, id), MartenOps.Update(book));
    }
}
