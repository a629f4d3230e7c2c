using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Infrastructure.Messaging;

/// <summary>Which events a group has handled; in the schema of every context, written together with the effect.</summary>
internal sealed class ProcessedEventTable : Table
{
    public ProcessedEventTable(string schema)
        : base(new PostgresqlObjectName(schema, "processed_event", SchemaUtils.IdentifierUsage.General))
    {
        AddColumn("grp", "text").AsPrimaryKey();
        AddColumn("event_id", "uuid").AsPrimaryKey();
        AddColumn("at", "timestamp with time zone").NotNull().DefaultValueByExpression("now()");
        Indexes.Add(new IndexDefinition("idx_processed_event_at") { Columns = ["at"] });
    }
}
