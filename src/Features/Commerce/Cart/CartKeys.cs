using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Features.Commerce.Cart;

/// <summary>The keys of carts in Redis, all in one bucket, so that one script can change several of them.</summary>
public static class CartKeys
{
    /// <summary>The cart of a shopper, guest or customer.</summary>
    public static RedisKey Of(string subject) => RedisKeys.InBucket("cart", subject);

    /// <summary>The latest keyed changes of a cart.</summary>
    public static RedisKey Changes(string subject) => RedisKeys.InBucket("idem", $"{subject}:changes");

    /// <summary>Marks that the lines of an order have left the cart.</summary>
    public static RedisKey Taken(string order) => RedisKeys.InBucket("idem", $"order:{order}");
}
