namespace Aarya.Features.Content.CartReminders;

/// <summary>Asks commerce which customers have abandoned their carts.</summary>
public sealed class AbandonedCartLookup(Protos.Commerce.Commerce.CommerceClient commerce)
{
    /// <summary>How long a cart must be unchanged before its owner is reminded of it.</summary>
    public static readonly TimeSpan MinIdle = TimeSpan.FromHours(24);

    /// <summary>
    /// A cart unchanged for longer causes no reminder, nor does the cart of a customer who has ordered within this time.
    /// </summary>
    public static readonly TimeSpan MaxIdle = TimeSpan.FromDays(7);

    /// <summary>The most subjects of one call.</summary>
    public const int Most = 200;

    /// <summary>The abandoned carts of these customers, at today's prices.</summary>
    public async Task<IReadOnlyList<Protos.Commerce.Cart>> OfAsync(IEnumerable<Guid> subjects, CancellationToken cancellation)
    {
        var asked = new Protos.Commerce.ListAbandonedCartsRequest
        {
            Subjects = { subjects.Select(x => $"{x}") },
            MinIdleSeconds = (long)MinIdle.TotalSeconds,
            MaxIdleSeconds = (long)MaxIdle.TotalSeconds,
        };
        return (await commerce.ListAbandonedCartsAsync(asked, cancellationToken: cancellation)).Carts;
    }
}
