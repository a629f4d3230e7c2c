namespace Aarya.Features.Content.CartReminders;

/// <summary>Asks commerce which shoppers have left their carts.</summary>
public sealed class LeftCarts(Protos.Commerce.Commerce.CommerceClient commerce)
{
    /// <summary>How long a cart has not changed when its owner is reminded of it.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromHours(24);

    /// <summary>Nobody is reminded of an older cart, nor after an order within this time.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    /// <summary>The most subjects of one call.</summary>
    public const int Most = 200;

    /// <summary>The carts that these shoppers have left, at today's prices.</summary>
    public async Task<IReadOnlyList<Protos.Commerce.Cart>> OfAsync(IEnumerable<Guid> subjects, CancellationToken cancellation)
    {
        var asked = new Protos.Commerce.ListIdleCartsRequest
        {
            Subjects = { subjects.Select(x => $"{x}") },
            IdleSeconds = (long)Idle.TotalSeconds,
            LongestSeconds = (long)Longest.TotalSeconds,
        };
        return (await commerce.ListIdleCartsAsync(asked, cancellationToken: cancellation)).Carts;
    }
}
