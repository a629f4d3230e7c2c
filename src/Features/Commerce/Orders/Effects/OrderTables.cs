using Weasel.Core;
using Weasel.Postgresql;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.Commerce.Orders.Effects;

internal static class OrderTables
{
    public static IReadOnlyList<ISchemaObject> All { get; } = [OrderSequence(), CartClaim(), UnpaidOrder()];

    // The number of each order.
    private static Sequence OrderSequence() =>
        new(new PostgresqlObjectName(Roles.Commerce, "order_sequence", SchemaUtils.IdentifierUsage.General), 1);

    // Which orders have taken goods that a cart still shows.
    private static Table CartClaim()
    {
        var claim = new Table($"{Roles.Commerce}.cart_claim");
        claim.AddColumn("order_id", "uuid").AsPrimaryKey();
        claim.AddColumn("subject", "uuid").NotNull();
        claim.AddColumn("ended_at", "timestamptz").AllowNulls();
        // When the goods left the cart, in Unix microseconds by the clock of Redis.
        claim.AddColumn("left_at", "bigint").AllowNulls();
        claim.Indexes.Add(new IndexDefinition("cart_claim_subject") { Columns = ["subject"] });
        claim.Indexes.Add(new IndexDefinition("cart_claim_ended_at") { Columns = ["ended_at"], Predicate = "ended_at is not null" });
        return claim;
    }

    // The orders that count against the limits of a shopper and of a network address.
    private static Table UnpaidOrder()
    {
        var unpaid = new Table($"{Roles.Commerce}.unpaid_order");
        unpaid.AddColumn("order_id", "uuid").AsPrimaryKey();
        unpaid.AddColumn("subject", "uuid").NotNull();
        unpaid.AddColumn("network", "text").AllowNulls();
        unpaid.AddColumn("pieces", "integer").NotNull();
        unpaid.AddColumn("expires_at", "timestamptz").NotNull();
        unpaid.Indexes.Add(new IndexDefinition("unpaid_order_subject") { Columns = ["subject"] });
        unpaid.Indexes.Add(new IndexDefinition("unpaid_order_network") { Columns = ["network"] });
        return unpaid;
    }
}
