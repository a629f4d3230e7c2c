using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.Commerce.Wishlist;

/// <summary>
/// Deletes, once per day, what guests have kept for <see cref="Kept"/>: a guest who does not sign in cannot have it erased, and nobody can
/// read it after the guest's session has ended. Every node does it; each skips rows that another is deleting.
/// </summary>
public sealed class WishlistPruning(ICommerceStore store, TimeProvider time, ILogger<WishlistPruning> log) : Worker(time, log)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    private const int Batch = 5_000;

    // Not immediately at the start, and not on all nodes at once.
    protected override TimeSpan FirstRoundAfter { get; } = TimeSpan.FromMinutes(5 + Random.Shared.Next(55));

    protected override TimeSpan LongestPause => TimeSpan.FromMinutes(10);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        while (await PruneAsync(stopping) == Batch)
        {
            // The next batch.
        }

        return TimeSpan.FromDays(1);
    }

    /// <summary>Deletes one batch, and returns how many rows it had.</summary>
    public async Task<int> PruneAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        await using var command = new NpgsqlCommand(
            $"""
            delete from commerce.wishlist where ctid in (
                select ctid from commerce.wishlist where by_guest and added_at < $1 order by added_at limit {Batch}
                for update skip locked)
            """)
        {
            Parameters = { new() { Value = Time.GetUtcNow() - Kept } },
        };
        return await session.ExecuteAsync(command, cancellation);
    }
}
