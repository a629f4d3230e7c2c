using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Features.Commerce.Cart;

/// <summary>The keys of carts in Redis: those of one shopper are in one bucket, so that one script can change several of them.</summary>
public sealed class CartKeys(RedisKeys keys)
{
    /// <summary>The cart of a shopper, guest or customer.</summary>
    public RedisKey Of(string subject) => keys.Of("cart", subject);

    /// <summary>The latest keyed changes of a cart.</summary>
    public RedisKey Changes(string subject) => keys.Of("idem", subject, $"{subject}:changes");

    /// <summary>Marks that the lines of an order have left the cart of this shopper.</summary>
    public RedisKey Taken(string subject, string order) => keys.Of("idem", subject, $"order:{order}");

    /// <summary>Marks that a guest's cart with this content was merged into the cart of this customer.</summary>
    public RedisKey Merged(string customer, string content) => keys.Of("idem", customer, $"merged:{content}");

    /// <summary>The stream to which the changes of this shopper's cart are added.</summary>
    public RedisKey Stream(string subject) => keys.StreamPartOf(Streams.Analytics, subject);
}
