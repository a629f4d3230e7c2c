using Weasel.Postgresql.Tables;
using Weasel.Postgresql.Tables.Partitioning;

namespace Aarya.Features.Content.Compaction;

/// <summary>Where streams go before their entries are deleted.</summary>
internal static class CompactionTables
{
    public static IReadOnlyList<Table> All { get; } = [Cursor(), EventArchive(), OrderSnapshot(), AnalyticsDay(), ErasedOrder()];

    // The last entry whose effect is in the tables below: it moves in the same statement that writes them.
    private static Table Cursor()
    {
        var cursor = new Table($"{Roles.Content}.stream_cursor");
        cursor.AddColumn("stream", "text").AsPrimaryKey();
        cursor.AddColumn("position", "text").NotNull();
        // How many erasures have changed the archive: a batch that was prepared before one must not be written after it.
        cursor.AddColumn("erasures", "bigint").NotNull().DefaultValue(0);
        cursor.AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        return cursor;
    }

    // One row per batch. A month's partition is made when its first batch is written.
    private static Table EventArchive()
    {
        var archive = new Table($"{Roles.Content}.event_archive") { IgnorePartitionsInMigration = true };
        archive.AddColumn("month", "date").AsPrimaryKey();
        archive.AddColumn("stream", "text").AsPrimaryKey();
        archive.AddColumn("first_entry", "text").AsPrimaryKey();
        archive.AddColumn("last_entry", "text").NotNull();
        archive.AddColumn("events", "integer").NotNull();
        archive.AddColumn("order_ids", "uuid[]").NotNull();
        // Compressed and sealed.
        archive.AddColumn("body", "text").NotNull();
        archive.Partitioning = new RangePartitioning { Columns = ["month"] };
        archive.Indexes.Add(new IndexDefinition("event_archive_order") { Columns = ["order_ids"], Method = IndexMethod.gin });
        return archive;
    }

    // What the events of one stream say about an order: two streams are archived independently of each other.
    private static Table OrderSnapshot()
    {
        var snapshot = new Table($"{Roles.Content}.order_snapshot");
        snapshot.AddColumn("order_id", "uuid").AsPrimaryKey();
        snapshot.AddColumn("stream", "text").AsPrimaryKey();
        snapshot.AddColumn("data", "jsonb").NotNull();
        return snapshot;
    }

    // What happened on a day, by the calendar of India: one row per subject, and with an empty subject one per source and device. The kind
    // comes first, because a report is about few kinds and many days.
    private static Table AnalyticsDay()
    {
        var day = new Table($"{Roles.Content}.analytics_day");
        day.AddColumn("kind", "text").AsPrimaryKey();
        day.AddColumn("day", "date").AsPrimaryKey();
        day.AddColumn("subject", "text").AsPrimaryKey();
        day.AddColumn("source", "text").AsPrimaryKey();
        day.AddColumn("device", "text").AsPrimaryKey();
        day.AddColumn("count", "double precision").NotNull();
        day.Indexes.Add(new IndexDefinition("analytics_day_total") { Columns = ["kind", "day"], Predicate = "subject = ''::text" });
        return day;
    }

    // Orders of people who were erased: what still comes about them is archived without the person.
    private static Table ErasedOrder()
    {
        var erased = new Table($"{Roles.Content}.erased_order");
        erased.AddColumn("order_id", "uuid").AsPrimaryKey();
        erased.AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        return erased;
    }
}
