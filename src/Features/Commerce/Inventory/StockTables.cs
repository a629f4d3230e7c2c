using Weasel.Core;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>The stock of each SKU, its reservations, and the ledger of its changes.</summary>
internal static class StockTables
{
    public static IReadOnlyList<Table> All { get; } = [Stock(), Ledger(), Reservation(), Changed(), Low()];

    private static Table Stock()
    {
        var stock = new Table($"{Roles.Commerce}.stock");
        stock.AddColumn("sku", "text").AsPrimaryKey();
        stock.AddColumn("on_hand", "integer").NotNull();
        stock.AddColumn("reserved", "integer").NotNull();
        stock.AddColumn("sequence", "bigint").NotNull();
        // The row of closed stock stays, so that the sequence never decreases when another product takes the SKU. A SKU that was ever sold
        // is kept for its product.
        stock.AddColumn("closed", "boolean").NotNull().DefaultValueByExpression("false");
        stock.AddColumn("kept_for", "uuid").AllowNulls();
        stock.CheckConstraints.Add(new TableCheckConstraint("stock_never_oversold", "reserved >= 0 and reserved <= on_hand"));
        // The row of a popular SKU changes many times per second: free space on its page keeps those changes out of the index.
        stock.WithFillFactor(50);
        return stock;
    }

    private static Table Ledger()
    {
        var ledger = new Table($"{Roles.Commerce}.stock_ledger");
        ledger.AddColumn("id", "bigint").BigAutoIncrement().AsPrimaryKey();
        ledger.AddColumn("sku", "text").NotNull();
        ledger.AddColumn("delta", "integer").NotNull();
        ledger.AddColumn("reason", "text").NotNull();
        ledger.AddColumn("reference", "text").NotNull();
        ledger.AddColumn("at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        ledger.Indexes.Add(new IndexDefinition("stock_ledger_once") { Columns = ["sku", "reference", "reason"], IsUnique = true });
        return ledger;
    }

    private static Table Reservation()
    {
        var reservation = new Table($"{Roles.Commerce}.reservation");
        reservation.AddColumn("id", "uuid").AsPrimaryKey();
        reservation.AddColumn("sku", "text").AsPrimaryKey();
        reservation.AddColumn("quantity", "integer").NotNull();
        reservation.AddColumn("status", "text").NotNull();
        reservation.AddColumn("expires_at", "timestamptz").NotNull();
        // Spelt as PostgreSQL returns it; otherwise every migration would see a difference.
        reservation.CheckConstraints.Add(new TableCheckConstraint("reservation_status",
            "status = any (array['held'::text, 'released'::text, 'sold'::text, 'restocked'::text])"));
        reservation.CheckConstraints.Add(new TableCheckConstraint("reservation_quantity", "quantity > 0"));
        reservation.WithFillFactor(80);
        return reservation;
    }

    // Every change appends rows and the announcer deletes them. Without a key, no transaction waits for another here.
    private static Table Changed()
    {
        var changed = new Table($"{Roles.Commerce}.stock_changed");
        changed.AddColumn("sku", "text").NotNull();
        return changed;
    }

    // The SKUs of which few pieces are left; see LowStock.
    private static Table Low()
    {
        var low = new Table($"{Roles.Commerce}.low_stock");
        low.AddColumn("sku", "text").AsPrimaryKey();
        low.AddColumn("noted_at", "timestamptz").NotNull().DefaultValueByExpression("now()");
        low.AddColumn("reported_at", "timestamptz").AllowNulls();
        return low;
    }
}
