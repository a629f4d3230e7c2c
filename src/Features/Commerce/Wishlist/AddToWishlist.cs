using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Wishlist;

/// <summary>Keeps a SKU for later; adding it again changes nothing. A guest's wishlist becomes the account's at sign-in.</summary>
public static class AddToWishlistEndpoint
{
    [Transactional]
    [Refuses(409, "wishlist.full", "The wishlist has as many SKUs as it may have: remove one first.")]
    [WolverinePut("/api/wishlist/{sku}")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static async Task<IResult> Put(
        string sku, Caller caller, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var known = await session.AdvancedSql.QueryAsync<string>(
            "select sku from commerce.variant where sku = ? and published", cancellation, sku);
        if (known.Count == 0) return Results.Problem(Problem.NotFound("sku"));
        var kept = await Wishes.LockAsync(session, caller.Subject, cancellation);
        if (kept.Contains(sku)) return Results.NoContent();
        if (kept.Count >= Wishes.Most)
        {
            return Results.Problem(Problem.Conflict(
                "wishlist.full", "The wishlist is full", $"A wishlist may have {Wishes.Most} SKUs: remove one first."));
        }

        Wishes.Add(session, caller.Subject, sku, caller.IsGuest, now);
        return Results.NoContent();
    }
}
