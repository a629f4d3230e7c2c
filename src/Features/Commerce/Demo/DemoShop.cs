using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Catalog.BackOffice;
using Aarya.Features.Commerce.Catalog.Pictures;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Seeding;
using Marten;

namespace Aarya.Features.Commerce.Demo;

/// <summary>
/// Adds the demo products and their stock. Existing products stay as they are, with their remaining stock; the announcer of the running
/// program notifies the other contexts.
/// </summary>
internal sealed class DemoShop(ICommerceStore store, TimeProvider time) : ISeed
{
    private const int LargeProducts = 1_000;
    private const int LargeVariants = 4_000;
    private const int Batch = 200;

    public async Task<IReadOnlyList<string>> PlantAsync(SeedSize size, CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var planned = (size == SeedSize.Large ? Large() : Demo()).Select((x, i) => Make(x, now.AddMinutes(-i))).ToList();
        var added = 0;
        List<Product> leftOut = [];
        foreach (var batch in planned.Chunk(Batch))
        {
            var (more, without) = await AddAsync(batch, cancellation);
            added += more;
            leftOut.AddRange(without);
        }

        var there = planned.Except(leftOut).ToList();
        return
        [
            $"The shop has {there.Count} products in {there.Sum(x => x.Variants.Count)} sizes and colours ({added} of them new).",
            .. leftOut.Select(x => $"{x.Name} is left out: another product has one of its SKUs."),
        ];
    }

    private async Task<(int Added, List<Product> LeftOut)> AddAsync(Product[] batch, CancellationToken cancellation)
    {
        await using var session = store.LightweightSession();
        // If two processes seed at the same time, the second finds all products present.
        await session.AloneInCatalogueAsync(cancellation);
        var slugs = batch.Select(x => x.Slug).ToArray();
        var known = (await session.Query<Product>().Where(x => x.Slug.IsOneOf(slugs)).Select(x => x.Slug).ToListAsync(cancellation))
            .ToHashSet();
        var categories = (await session.Query<Category>().Select(x => x.Id).ToListAsync(cancellation)).ToHashSet();
        session.Store(DemoProducts.Categories.Select((x, i) => new Category { Id = Slug.Of(x), Name = x, Position = i })
            .Where(x => !categories.Contains(x.Id)));

        var missing = batch.Where(x => !known.Contains(x.Slug)).ToList();
        string[] skus = [.. missing.SelectMany(x => x.Variants.Select(y => y.Sku))];
        var taken = (await Placement.TakenSkusAsync(session, Guid.Empty, skus, cancellation)).ToHashSet();
        var leftOut = missing.Where(x => x.Variants.Any(y => taken.Contains(y.Sku))).ToList();
        foreach (var product in missing.Except(leftOut))
        {
            new StoreProduct(product).Execute(session);
            Stock.Open(session, [.. product.Variants.Select(x => new StockLine(x.Sku, Pieces(x.Sku)))]);
        }

        await session.SaveChangesAsync(cancellation);
        return (missing.Count - leftOut.Count, leftOut);
    }

    // One of each category in turn, so that the first page shows the range of the shop.
    private static IEnumerable<Offered> Demo() => DemoProducts.All
        .GroupBy(x => x.Category).SelectMany(x => x.Select((y, i) => (Product: y, Place: i)))
        .OrderBy(x => x.Place).Select(x => new Offered(x.Product, x.Product.Name, Code(x.Product), int.MaxValue));

    /// <summary>The demo products, repeated under the names of towns until there are as many as the large size has.</summary>
    private static List<Offered> Large()
    {
        List<Offered> all = [.. Demo()];
        var (more, variants) = (LargeProducts - all.Count, LargeVariants - all.Sum(x => Variants(x).Count()));
        var given = 0;
        for (var i = 0; i < more; i++)
        {
            var product = DemoProducts.All[i % DemoProducts.All.Count];
            var town = Towns[i / DemoProducts.All.Count];
            // A product with few variants leaves the rest of its share to the following ones.
            var share = (variants * (i + 1) / more) - given;
            var offered = new Offered(product, $"{town} {product.Name}", $"{Code(product)}-{town[..3].ToUpperInvariant()}", share);
            given += Variants(offered).Count();
            all.Add(offered);
        }

        return all;
    }

    private static Product Make(Offered offered, DateTimeOffset at)
    {
        var product = new Product
        {
            Id = Guid.CreateVersion7(at),
            Slug = Slug.Of(offered.Name),
            Name = offered.Name,
            Description = offered.Product.Description,
            Category = Slug.Of(offered.Product.Category),
            Materials = offered.Product.Materials,
            HsnCode = offered.Product.HsnCode,
            Published = true,
            PublishedAt = at,
        };
        product.Dress(Variants(offered), []);
        return product;
    }

    private static IEnumerable<Variant> Variants(Offered offered) => offered.Product.Colours
        .SelectMany(colour => offered.Product.Sizes.Select(size => new Variant(
            $"{offered.Code}-{InCapitals(colour)}-{InCapitals(size)}",
            size, colour, Money.Rupees(offered.Product.Price), offered.Product.Was is { } was ? Money.Rupees(was) : null, "")))
        .Take(offered.Most);

    private static string InCapitals(string text) => Slug.Of(text).Replace("-", "", StringComparison.Ordinal).ToUpperInvariant();

    private static string Code(DemoProduct product)
    {
        var before = DemoProducts.All.Where(x => x.Category == product.Category).TakeWhile(x => x != product).Count();
        return $"{product.Category[..3].ToUpperInvariant()}-{before + 1:00}";
    }

    // A few are sold out and a few nearly sold out, as in any shop.
    private static int Pieces(string sku)
    {
        var choice = StableChoice.Of(sku);
        return choice.Next(100) switch { < 4 => 0, < 12 => 1 + choice.Next(3), _ => 20 + choice.Next(60) };
    }

    /// <param name="Code">The prefix of its SKUs.</param>
    /// <param name="Most">How many of its variants are offered.</param>
    private sealed record Offered(DemoProduct Product, string Name, string Code, int Most);

    private static readonly string[] Towns =
        ["Jaipur", "Kutch", "Mysuru", "Bhopal", "Kochi", "Nagpur", "Shimla", "Udaipur", "Indore", "Madurai", "Rajkot", "Guwahati", "Ooty",
            "Pune", "Surat", "Varanasi"];
}
