using Grpc.Core;

namespace Aarya.Features.Content.CartReminders;

/// <summary>Asks commerce which customers have abandoned their carts, and core who they are.</summary>
public sealed class AbandonedCartLookup(
    Protos.Commerce.Commerce.CommerceClient commerce, Protos.Core.Core.CoreClient core, TimeProvider time)
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
    /// <param name="since">Only carts that were abandoned at this moment already; null for now.</param>
    public async Task<IReadOnlyList<Protos.Commerce.Cart>> OfAsync(
        IEnumerable<Guid> subjects, CancellationToken cancellation, DateTimeOffset? since = null)
    {
        var idle = MinIdle + (since is { } then ? time.GetUtcNow() - then : TimeSpan.Zero);
        if (idle > MaxIdle) return [];
        var asked = new Protos.Commerce.ListAbandonedCartsRequest
        {
            Subjects = { subjects.Select(x => $"{x}") },
            MinIdleSeconds = (long)idle.TotalSeconds,
            MaxIdleSeconds = (long)MaxIdle.TotalSeconds,
        };
        return (await commerce.ListAbandonedCartsAsync(asked, cancellationToken: cancellation)).Carts;
    }

    /// <summary>The customer, whom the shop may write to; null for a closed account, and for one whose address is not verified.</summary>
    public async Task<Protos.Core.User?> FindReaderAsync(Guid subject, CancellationToken cancellation)
    {
        try
        {
            var user = await core.GetUserAsync(new() { Id = $"{subject}" }, cancellationToken: cancellation);
            return user is { EmailVerified: true, Deactivated: false } ? user : null;
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }
}
