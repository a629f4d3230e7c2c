using Marten;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Specs.Streams;

/// <summary>A line for everything that a handler did, without a key: what was done twice is there twice.</summary>
public sealed class EffectTable : Table
{
    public EffectTable(string schema) : base(new PostgresqlObjectName(schema, "effect", SchemaUtils.IdentifierUsage.General))
    {
        AddColumn("what", "text").NotNull();
        AddColumn("order_id", "uuid").NotNull();
    }
}

internal static class Effect
{
    public static void Record(IDocumentSession session, string schema, string what, Guid orderId) =>
        session.QueueSqlCommand($"insert into {schema}.effect(what, order_id) values (?, ?)", what, orderId);
}
