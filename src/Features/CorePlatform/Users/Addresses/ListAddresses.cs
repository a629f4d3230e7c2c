using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.Addresses;

public sealed record AddressList(IReadOnlyList<AddressView> Items);

/// <summary>The caller's addresses, the oldest first.</summary>
public static class ListAddressesEndpoint
{
    [WolverineGet("/api/users/me/addresses"), Authorize("customer")]
    public static async Task<AddressList> Get(Caller caller, IQuerySession documents, CancellationToken cancellation)
    {
        var book = await documents.AddressesOfAsync(caller, cancellation);
        return new([.. book.Addresses.Select(x => AddressView.Of(book, x.Id))]);
    }
}
