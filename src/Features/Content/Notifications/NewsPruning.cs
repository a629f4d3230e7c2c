using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.Content.Notifications;

/// <summary>
/// Deletes, once per day and in batches, mails and notifications that nobody needs: what an order or an account went through is stored
/// with the order or in the audit trail. Every node does it; each skips rows that another is deleting.
/// </summary>
public sealed class NewsPruning(IContentStore store, TimeProvider time, ILogger<NewsPruning> log) : DailyWorker(time, log)
{
    /// <summary>
    /// How long a mail is kept, for questions about it. Longer than any event can be replayed, which would write it again.
    /// </summary>
    public static readonly TimeSpan MailsKept = TimeSpan.FromDays(90);

    /// <summary>How long a shopper finds a notification.</summary>
    public static readonly TimeSpan NotificationsKept = TimeSpan.FromDays(365);

    private const int Batch = 2_000;

    protected override Task WorkAsync(CancellationToken stopping) => PruneAsync(stopping);

    /// <summary>Deletes what is too old.</summary>
    public async Task PruneAsync(CancellationToken cancellation)
    {
        // By the mails of a person their suppressions are found: an erasure and an export need them.
        await PruneAsync(
            "emailmessage", MailsKept,
            "and not exists (select from content.mt_doc_suppression as kept where kept.data ->> 'emailIndex' = old.data ->> 'toIndex')",
            cancellation);
        await PruneAsync("notification", NotificationsKept, "", cancellation);
    }

    private async Task PruneAsync(string document, TimeSpan kept, string condition, CancellationToken cancellation)
    {
        int deleted;
        do
        {
            await using var session = store.QuerySession();
            await using var command = new NpgsqlCommand(
                $"""
                delete from content.mt_doc_{document} where id in (
                    select id from content.mt_doc_{document} as old
                    where content.mt_immutable_timestamptz(data ->> 'createdAt') < $1 {condition}
                    order by content.mt_immutable_timestamptz(data ->> 'createdAt') limit {Batch} for update skip locked)
                """)
            {
                Parameters = { new() { Value = Time.GetUtcNow() - kept } },
            };
            deleted = await session.ExecuteAsync(command, cancellation);
        }
        while (deleted == Batch);
    }
}
