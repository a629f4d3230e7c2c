using Weasel.Postgresql.Tables;

namespace Aarya.Features.Content.Catalogue;

internal static class CatalogueTables
{
    public static IReadOnlyList<Table> All { get; } = [Product(), ProductSku()];

    // What reports call a product; it stays when the product is withdrawn.
    private static Table Product()
    {
        var product = new Table($"{Roles.Content}.product");
        product.AddColumn("product_id", "uuid").AsPrimaryKey();
        product.AddColumn("name", "text").NotNull();
        product.AddColumn("category", "text").NotNull();
        product.AddColumn("version", "bigint").NotNull();
        return product;
    }

    private static Table ProductSku()
    {
        var sku = new Table($"{Roles.Content}.product_sku");
        sku.AddColumn("sku", "text").AsPrimaryKey();
        sku.AddColumn("product_id", "uuid").NotNull();
        return sku;
    }
}
