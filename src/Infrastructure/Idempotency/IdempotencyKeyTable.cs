using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Infrastructure.Idempotency;

/// <summary>The answers to keyed requests of one context, written in the transaction of their effect.</summary>
public sealed class IdempotencyKeyTable : Table
{
    /// <summary>The table's name within the context's schema.</summary>
    public const string Name = "idempotency_key";

    public IdempotencyKeyTable(string schema)
        : base(new PostgresqlObjectName(schema, Name, SchemaUtils.IdentifierUsage.General))
    {
        AddColumn("subject", "text").AsPrimaryKey();
        AddColumn("key", "text").AsPrimaryKey();
        AddColumn("request_hash", "bytea").NotNull();
        AddColumn("status", "int").NotNull();
        AddColumn("content_type", "text");
        AddColumn("location", "text");
        AddColumn("etag", "text");
        AddColumn("body", "bytea").NotNull();
        AddColumn("created_at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        Indexes.Add(new IndexDefinition("idx_idempotency_key_created_at") { Columns = ["created_at"] });
    }
}
