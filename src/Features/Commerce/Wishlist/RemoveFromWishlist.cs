using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Wishlist;

/// <summary>Removes a SKU from the shopper's wishlist; removing it again changes nothing.</summary>
public static class RemoveFromWishlistEndpoint
{
    [Transactional]
    [WolverineDelete("/api/wishlist/{sku}")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static IResult Delete(string sku, Caller caller, IDocumentSession session)
    {
        Wishes.Remove(session, caller.Subject, sku);
        return Results.NoContent();
    }
}
