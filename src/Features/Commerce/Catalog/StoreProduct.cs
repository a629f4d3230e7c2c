using System.Text.Json;
using Marten;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>Stores a product, the price rows of its variants, and the row that makes the announcer announce it.</summary>
public sealed class StoreProduct(Product product) : IMartenOp
{
    public void Execute(IDocumentSession session)
    {
        session.Store(product);
        // A SKU of another product does not match, is inserted, and fails on the key, so it cannot move to this product silently.
        session.QueueSqlCommand(
            """
            merge into commerce.variant
            using jsonb_to_recordset(?::jsonb) as line(
                sku text, size text, colour text, price_minor bigint, currency text, compare_at_minor bigint, image text, hsn_code text,
                gtin text)
              on variant.sku = line.sku and variant.product_id = ?
            when matched then update set slug = ?, name = ?, size = line.size, colour = line.colour, price_minor = line.price_minor,
              currency = line.currency, compare_at_minor = line.compare_at_minor, image = line.image,
              hsn_code = line.hsn_code, gtin = line.gtin, published = ?
            when not matched then insert (sku, product_id, slug, name, size, colour, price_minor, currency, compare_at_minor, image,
              hsn_code, gtin, published)
              values (line.sku, ?, ?, ?, line.size, line.colour, line.price_minor, line.currency, line.compare_at_minor, line.image,
              line.hsn_code, line.gtin, ?)
            """,
            Lines(), product.Id, product.Slug, product.Name, product.Published, product.Id, product.Slug, product.Name, product.Published);
        session.QueueSqlCommand(
            "delete from commerce.variant where product_id = ? and sku <> all (?)", product.Id, Offered.Select(x => x.Sku).ToArray());
        session.QueueSqlCommand("insert into commerce.product_changed (product_id) values (?)", product.Id);
    }

    // An archived product is offered under no SKU, not even as withdrawn.
    private IReadOnlyList<Variant> Offered => product.Status == ProductStatus.Archived ? [] : product.Variants;

    private string Lines() => JsonSerializer.Serialize(Offered.Select(x => new
    {
        sku = x.Sku,
        size = x.Size,
        colour = x.Colour,
        price_minor = x.Price.Minor,
        currency = x.Price.Currency,
        compare_at_minor = x.CompareAtPrice?.Minor,
        image = x.Image,
        hsn_code = product.HsnCode,
        gtin = x.Gtin,
    }));
}
