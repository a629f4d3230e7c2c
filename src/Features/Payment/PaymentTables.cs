using Aarya.Features.Payment.Calls;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.Payment;

/// <summary>The plain tables of the context.</summary>
internal static class PaymentTables
{
    public static IReadOnlyList<Table> All { get; } = [ProviderEvent(), Reconciliation(), StrayCharge()];

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
        // When it answered that it has no charge.
        asked.AddColumn("found_none_at", "timestamptz").AllowNulls();
        return asked;
    }

    // A captured charge that belongs to no payment of this shop, and when the provider reported that it is refunded or voided.
    private static Table StrayCharge()
    {
        var stray = new Table(StrayCharges.Table);
        stray.AddColumn("charge_id", "text").AsPrimaryKey();
        stray.AddColumn("order_id", "uuid").NotNull();
        stray.AddColumn("seen_at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        stray.AddColumn("returned_at", "timestamptz").AllowNulls();
        return stray;
    }
}
