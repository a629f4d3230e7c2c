using Marten;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Specs.Streams;

/// <summary>One row per effect of a handler, without a key: an effect that happened twice has two rows.</summary>
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
