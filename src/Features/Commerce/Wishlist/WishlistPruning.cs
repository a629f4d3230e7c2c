using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.Commerce.Wishlist;

/// <summary>
/// Deletes what guests have kept for <see cref="Kept"/>: a guest who does not sign in cannot have it erased, and nobody can read it after
/// the guest's session has ended.
/// </summary>
public sealed class WishlistPruning(ICommerceStore store, TimeProvider time, ILogger<WishlistPruning> log) : DailyWorker(time, log)
{
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    private const int Batch = 5_000;

    protected override async Task WorkAsync(CancellationToken stopping)
    {
        while (await PruneAsync(stopping) == Batch)
        {
            // The next batch.
        }
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
