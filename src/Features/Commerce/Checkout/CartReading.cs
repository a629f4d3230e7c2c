using System.Diagnostics;
using Aarya.Features.Commerce.Cart;

namespace Aarya.Features.Commerce.Checkout;

/// <summary>A cart as a checkout has read it before its transaction began.</summary>
/// <param name="Began">A time stamp of the system's own clock, taken before the cart was read.</param>
/// <param name="ReadAt">When Redis read the cart, in Unix microseconds by its own clock.</param>
public sealed record CartReading(ShoppingCart Cart, long Began, long ReadAt)
{
    /// <summary>How long ago the cart was read, at most.</summary>
    public TimeSpan Age => Stopwatch.GetElapsedTime(Began);

    public static async Task<CartReading> OfAsync(Carts carts, Guid subject)
    {
        var began = Stopwatch.GetTimestamp();
        var (cart, readAt) = await carts.ReadTimedAsync(subject);
        return new(cart, began, readAt);
    }
}
