using Aarya.Infrastructure.Security;
using Marten;
using Wolverine.Http;

namespace Aarya.Features.Commerce.Wishlist;

public sealed record WishlistView(IReadOnlyList<WishlistItem> Items);

/// <summary>The SKUs that the shopper keeps for later, as they are now, the newest first.</summary>
public static class GetWishlistEndpoint
{
    [WolverineGet("/api/wishlist")]
    public static async Task<WishlistView> Get(Caller caller, IQuerySession session, CancellationToken cancellation) =>
        new(await Wishes.ReadAsync(session, [caller.Subject], cancellation));
}
