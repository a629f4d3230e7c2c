using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Catalog.BackOffice;

/// <summary>
/// Has the products of a category that has moved announced, page by page: the next page follows when the announcer has caught up, so that
/// a large category neither fills the stream nor keeps other changes waiting.
/// </summary>
/// <param name="After">The last product of the page before; an empty id for the first page.</param>
public sealed record AnnounceCategory(string Category, Guid After)
{
    /// <summary>The most products of a page.</summary>
    public const int Most = AnnounceChanges.Most;

    /// <summary>Between two pages.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
}

public static class AnnounceCategoryHandler
{
    public static async Task<OutgoingMessages> Handle(
        AnnounceCategory command, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var waiting = await session.AdvancedSql.QueryAsync<long>(
            $"select count(*) from (select from commerce.product_changed limit {AnnounceCategory.Most}) as announced_next", cancellation);
        if (waiting[0] == AnnounceCategory.Most) return [command.ScheduledAt(now + AnnounceCategory.Pause)];

        // As the tree is now: a category that has moved again is announced in its later place.
        var within = (await CategoryTree.ReadAsync(session, cancellation)).Within(command.Category);
        var page = await session.AdvancedSql.QueryAsync<Guid>(
            $"""
            select id from commerce.mt_doc_product where published and category = any (?) and id > ?
            order by id limit {AnnounceCategory.Most}
            """, cancellation, within.ToArray(), command.After);
        if (page.Count == 0) return [];
        session.QueueSqlCommand(
            "insert into commerce.product_changed (product_id) select unnest(?::uuid[])", (object)page.ToArray());
        return page.Count < AnnounceCategory.Most
            ? [new AnnounceChanges()]
            : [new AnnounceChanges(), (command with { After = page[^1] }).ScheduledAt(now + AnnounceCategory.Pause)];
    }
}
