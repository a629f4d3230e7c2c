using Aarya.Features.Commerce.Taxation;
using Weasel.Core;
using Weasel.Postgresql.Tables;

namespace Aarya.Features.Commerce.Catalog;

internal static class CatalogTables
{
    public static IReadOnlyList<Table> All { get; } = [Variant(), Changed(), Tree()];

    // One row per SKU, written in its product's own transaction; carts and checkout take prices from it.
    private static Table Variant()
    {
        var variant = new Table($"{Roles.Commerce}.variant");
        variant.AddColumn("sku", "text").AsPrimaryKey();
        variant.AddColumn("product_id", "uuid").NotNull();
        variant.AddColumn("slug", "text").NotNull();
        variant.AddColumn("name", "text").NotNull();
        variant.AddColumn("size", "text").NotNull();
        variant.AddColumn("colour", "text").NotNull();
        variant.AddColumn("price_minor", "bigint").NotNull();
        variant.AddColumn("currency", "text").NotNull();
        variant.AddColumn("compare_at_minor", "bigint").AllowNulls();
        variant.AddColumn("image", "text").NotNull();
        variant.AddColumn("published", "boolean").NotNull();
        variant.AddColumn("hsn_code", "text").NotNull().DefaultValueByString(GoodsAndServicesTax.UsualCode);
        // Null without a barcode, and in rows from before the column existed.
        variant.AddColumn("gtin", "text").AllowNulls();
        variant.Indexes.Add(new IndexDefinition("variant_gtin") { Columns = ["gtin"], Predicate = "gtin is not null" });
        variant.Indexes.Add(new IndexDefinition("variant_product") { Columns = ["product_id"] });
        variant.CheckConstraints.Add(new TableCheckConstraint("variant_price", "price_minor > 0"));
        return variant;
    }

    // Every change appends rows and the announcer deletes them. Without a key, no transaction waits for another here.
    private static Table Changed()
    {
        var changed = new Table($"{Roles.Commerce}.product_changed");
        changed.AddColumn("product_id", "uuid").NotNull();
        return changed;
    }

    // One row: how often a category has moved. The documents of the categories cannot have it, because none of them has the whole tree.
    private static Table Tree()
    {
        var tree = new Table($"{Roles.Commerce}.category_tree");
        tree.AddColumn("name", "text").AsPrimaryKey();
        tree.AddColumn("version", "bigint").NotNull();
        return tree;
    }
}
