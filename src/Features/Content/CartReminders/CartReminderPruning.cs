using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.Content.CartReminders;

/// <summary>Deletes when customers were reminded of a cart, as soon as they may be reminded again.</summary>
public sealed class CartReminderPruning(IContentStore store, TimeProvider time, ILogger<CartReminderPruning> log) : DailyWorker(time, log)
{
    protected override Task WorkAsync(CancellationToken stopping) => PruneAsync(stopping);

    /// <summary>Deletes what is too old.</summary>
    public async Task PruneAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        await using var command = new NpgsqlCommand("delete from content.cart_reminder where reminded_at < $1")
        {
            Parameters = { new() { Value = Time.GetUtcNow() - RemindOfCartHandler.Pause } },
        };
        await session.ExecuteAsync(command, cancellation);
    }
}
