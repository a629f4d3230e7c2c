using Weasel.Postgresql.Tables;

namespace Aarya.Features.Payment;

/// <summary>The plain tables of the context.</summary>
internal static class PaymentTables
{
    public static IReadOnlyList<Table> All { get; } = [ProviderEvent(), Reconciliation()];

    // Every webhook event that was processed.
    private static Table ProviderEvent()
    {
        var received = new Table($"{Roles.Payment}.provider_event");
        received.AddColumn("provider", "text").AsPrimaryKey();
        received.AddColumn("event_id", "text").AsPrimaryKey();
        received.AddColumn("received_at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        received.Indexes.Add(new IndexDefinition("provider_event_received") { Columns = ["received_at"] });
        return received;
    }

    // When, and how often, the provider was asked about an unfinished payment.
    private static Table Reconciliation()
    {
        var asked = new Table($"{Roles.Payment}.reconciliation");
        asked.AddColumn("order_id", "uuid").AsPrimaryKey();
        asked.AddColumn("asked_at", "timestamptz").NotNull();
        asked.AddColumn("asks", "integer").NotNull();
        return asked;
    }
}
