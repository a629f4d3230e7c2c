using System.Collections.Concurrent;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <param name="PublishedTicks">In UTC.</param>
internal sealed record ShelvedProduct(
    Guid Id, string Slug, string Name, FilterValue Category, string Currency, string Image, long PublishedTicks,
    ShelvedVariant[] Variants);

/// <param name="Price">In minor units.</param>
/// <param name="CompareAt">In minor units.</param>
internal readonly record struct ShelvedVariant(FilterValue Size, FilterValue Colour, long Price, long? CompareAt, bool InStock);

/// <summary>A product whose words match, and how well.</summary>
internal readonly record struct TextHit(Guid ProductId, float Rank);

/// <summary>The products on sale. Searches read it while changes are applied; each product is changed as a whole.</summary>
internal sealed class ProductsOnSale
{
    // Below all that are in stock, except a product whose whole name or SKU was searched for.
    private const float OutOfStock = 100;

    private readonly ConcurrentDictionary<Guid, ShelvedProduct> products = new();
    private long version;
    private Everything? everything;

    public FilterValues Categories { get; } = new();

    public FilterValues Sizes { get; } = new();

    public FilterValues Colours { get; } = new();

    public void Apply(IReadOnlyList<ShelvedProduct> changed, IReadOnlyList<Guid> withdrawn)
    {
        if (changed.Count + withdrawn.Count == 0) return;
        foreach (var product in changed) products[product.Id] = product;
        foreach (var id in withdrawn) products.TryRemove(id, out _);
        Interlocked.Increment(ref version);
    }

    /// <summary>The page of a search, with the total and the facets of all its products.</summary>
    /// <param name="hits">The products that match the text; null for a search without one.</param>
    public SearchPage Page(SearchQuery query, IReadOnlyList<TextHit>? hits)
    {
        var filters = new Filters(
            Categories.KeysOf(query.Categories), Sizes.KeysOf(query.Sizes), Colours.KeysOf(query.Colours), query.MinPrice ?? 0,
            query.MaxPrice ?? long.MaxValue, query.InStock);
        var counted = hits is not null ? Count(filters, Found(hits)) : filters == Filters.None ? CountAll() : Count(filters, All());
        var page = First(counted.Offers, query);
        return new(
            [.. page.Take(query.Limit).Select(x => x.ToHit())], counted.Offers.Count, counted.Facets,
            page.Count > query.Limit ? page[query.Limit - 1].ToCursor(query.Sort).ToString() : null, null, []);
    }

    private Counted CountAll()
    {
        var now = Interlocked.Read(ref version);
        if (Volatile.Read(ref everything) is { } known && known.Version == now) return known.Counted;
        var counted = Count(Filters.None, All());
        Volatile.Write(ref everything, new(now, counted));
        return counted;
    }

    private IEnumerable<(ShelvedProduct Product, float Rank)> All() => products.Select(x => (x.Value, 0f));

    private IEnumerable<(ShelvedProduct Product, float Rank)> Found(IReadOnlyList<TextHit> hits)
    {
        foreach (var hit in hits)
        {
            if (products.TryGetValue(hit.ProductId, out var product)) yield return (product, hit.Rank);
        }
    }

    // A product is found when one of its variants meets every filter. A facet counts the products with a variant that meets all others.
    private Counted Count(Filters filters, IEnumerable<(ShelvedProduct Product, float Rank)> hits)
    {
        const int byCategory = 1, bySize = 2, byColour = 4, byPrice = 8, byStock = 16;
        // Before the counts are made: a product that is applied meanwhile may have a value that they have no room for.
        var all = hits.ToList();
        var (categories, sizes, colours, bands) =
            (new FacetCount(Categories.Count), new FacetCount(Sizes.Count), new FacetCount(Colours.Count), FacetCount.OfPrices());
        List<Offer> offers = [];
        foreach (var (product, rank) in all)
        {
            Offer? offer = null;
            var category = filters.Categories?.Contains(product.Category.Key) == false ? byCategory : 0;
            foreach (var variant in product.Variants)
            {
                var failed = category
                    | (filters.Sizes?.Contains(variant.Size.Key) == false ? bySize : 0)
                    | (filters.Colours?.Contains(variant.Colour.Key) == false ? byColour : 0)
                    | (variant.Price < filters.MinPrice || variant.Price > filters.MaxPrice ? byPrice : 0)
                    | (filters.InStock && !variant.InStock ? byStock : 0);
                if ((failed & ~byCategory) == 0) categories.Add(product.Category, product);
                if ((failed & ~bySize) == 0) sizes.Add(variant.Size, product);
                if ((failed & ~byColour) == 0) colours.Add(variant.Colour, product);
                if ((failed & ~byPrice) == 0) bands.Add(FacetCount.Band(variant.Price), product);
                if (failed == 0) offer = Offer.Of(product, variant, rank, offer);
            }

            if (offer is { } found) offers.Add(found.InStock ? found : found with { Rank = rank - OutOfStock });
        }

        return new(offers, Facets.Of(categories.Values(), sizes.Values(), colours.Values(), bands.Values()));
    }

    // The products after the cursor, in order: one more than the page shows, to know whether another page follows.
    private static List<Offer> First(IReadOnlyList<Offer> offers, SearchQuery query)
    {
        var direction = query.Sort == SearchSort.PriceAsc ? 1 : -1;
        Place? after = query.After is { } cursor ? new Place(Place.KeyOf(cursor), cursor.Id) : null;
        // The last of the order is taken out first.
        var first = new PriorityQueue<Offer, Place>(Comparer<Place>.Create((a, b) => direction * Place.Compare(b, a)));
        foreach (var offer in offers)
        {
            var place = offer.PlaceIn(query.Sort);
            if (after is { } before && direction * Place.Compare(place, before) <= 0) continue;
            if (first.Count <= query.Limit) first.Enqueue(offer, place);
            else first.EnqueueDequeue(offer, place);
        }

        List<Offer> page = [];
        while (first.TryDequeue(out var offer, out _)) page.Add(offer);
        page.Reverse();
        return page;
    }

    private sealed record Everything(long Version, Counted Counted);

    private sealed record Counted(IReadOnlyList<Offer> Offers, IReadOnlyList<Facet> Facets);

    /// <param name="Categories">The keys to filter by; null for every one.</param>
    /// <param name="Sizes">As for categories.</param>
    /// <param name="Colours">As for categories.</param>
    private sealed record Filters(
        IReadOnlySet<int>? Categories, IReadOnlySet<int>? Sizes, IReadOnlySet<int>? Colours, long MinPrice, long MaxPrice, bool InStock)
    {
        public static readonly Filters None = new(null, null, null, 0, long.MaxValue, false);
    }

    /// <summary>A place in the order of a sort.</summary>
    private readonly record struct Place(long Key, Guid Id)
    {
        public static long KeyOf(SearchCursor cursor) => cursor.Sort == SearchSort.Relevance ? KeyOf(cursor.Rank) : cursor.Key;

        /// <summary>A number that is in the same order as ranks.</summary>
        public static long KeyOf(float rank)
        {
            var bits = BitConverter.SingleToInt32Bits(rank);
            return bits >= 0 ? bits : int.MinValue - (long)bits;
        }

        public static int Compare(Place a, Place b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Id.CompareTo(b.Id);
    }

    /// <summary>A product with the lowest price among its variants that match.</summary>
    private readonly record struct Offer(ShelvedProduct Product, float Rank, long Price, long? CompareAt, bool InStock)
    {
        public static Offer Of(ShelvedProduct product, in ShelvedVariant variant, float rank, Offer? other) =>
            other is { } before && before.Price <= variant.Price
                ? before with { InStock = before.InStock || variant.InStock }
                : new(product, rank, variant.Price, variant.CompareAt, variant.InStock || other?.InStock == true);

        public Place PlaceIn(SearchSort sort) => new(sort switch
        {
            SearchSort.Newest => Product.PublishedTicks,
            SearchSort.Relevance => Place.KeyOf(Rank),
            _ => Price,
        }, Product.Id);

        public SearchCursor ToCursor(SearchSort sort) => new(
            sort, sort == SearchSort.Relevance ? BitConverter.SingleToInt32Bits(Rank) : PlaceIn(sort).Key, Product.Id);

        public ProductHit ToHit() => new(
            Product.Id, Product.Slug, Product.Name, Product.Category.Text, new(Price, Product.Currency),
            CompareAt is { } before && before > Price ? new(before, Product.Currency) : null,
            Product.Image.Length == 0 ? null : Product.Image, InStock);
    }
}
