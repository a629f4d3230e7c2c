using Weasel.Core;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.Commerce.BackInStock;

internal static class BackInStockTables
{
    public static IReadOnlyList<Table> All { get; } = [BackInStock()];

    // How many shoppers wait for a SKU: staff list the SKUs by it, and the announcer asks it for every SKU whose stock has changed. A SKU
    // that nobody waits for has no row.
    private static Table BackInStock()
    {
        var awaited = new Table($"{Roles.Commerce}.back_in_stock");
        awaited.AddColumn("sku", "text").AsPrimaryKey();
        awaited.AddColumn("shoppers", "integer").NotNull();
        // Decides the order of SKUs that as many shoppers wait for.
        awaited.AddColumn("id", "uuid").NotNull().DefaultValueByExpression("gen_random_uuid()");
        awaited.CheckConstraints.Add(new TableCheckConstraint("back_in_stock_shoppers", "shoppers >= 0"));
        awaited.Indexes.Add(new IndexDefinition("back_in_stock_most_awaited") { Columns = ["shoppers", "id"] });
        return awaited;
    }
}
