using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <param name="PublishedTicks">In UTC.</param>
internal sealed record ShelvedProduct(
    Guid Id, string Slug, string Name, FilterValue Category, string Currency, string Image, long PublishedTicks,
    ShelvedVariant[] Variants)
{
    /// <summary>Null for a product without variants.</summary>
    public Money? LowestPrice => Variants.Length == 0 ? null : new(Variants.Min(x => x.Price), Currency);
}

/// <param name="Price">In minor units.</param>
/// <param name="CompareAt">In minor units.</param>
internal readonly record struct ShelvedVariant(FilterValue Size, FilterValue Colour, long Price, long? CompareAt, bool InStock);

/// <param name="Words">The text form of the product's tsvector; null when only its stock has changed.</param>
internal sealed record ReadProduct(ShelvedProduct Product, string? Words);

/// <summary>A product whose words match, and how well.</summary>
internal readonly record struct TextHit(ShelvedProduct Product, float Rank);

/// <summary>
/// The products on sale. Searches read it while one thread at a time applies changes; each product is changed as a whole.
/// </summary>
internal sealed class ProductsOnSale
{
    // Below all that are in stock, except a product whose whole name or SKU was searched for.
    private const float OutOfStock = 100;

    private readonly Dictionary<Guid, Place> places = [];
    private readonly List<Slot> slots = [];
    private volatile State state = new([], WordIndex.Empty);
    private Everything? everything;

    public FilterValues Categories { get; } = new();

    public FilterValues Sizes { get; } = new();

    public FilterValues Colours { get; } = new();

    /// <summary>The products and their words, as they are now.</summary>
    public State Now => state;

    /// <summary>The words that a typo may have meant, also those that only withdrawn products have.</summary>
    public Vocabulary Vocabulary { get; set; } = Vocabulary.Empty;

    /// <summary>The words that merchandisers have set, by the term that they stand for.</summary>
    public IReadOnlyDictionary<string, string[]> Synonyms { get; set; } = new Dictionary<string, string[]>();

    /// <summary>Applies changes.</summary>
    /// <param name="added">Gets the words of products that are new or have changed theirs.</param>
    /// <returns>False when the words of a product are missing: all has to be read again.</returns>
    public bool Apply(IReadOnlyList<ReadProduct> changed, IReadOnlyList<Guid> withdrawn, out IReadOnlyCollection<string> added)
    {
        added = [];
        if (changed.Count + withdrawn.Count == 0) return true;
        WordsOfProducts words = new();
        var hasWords = true;
        foreach (var (product, vector) in changed) hasWords &= Apply(product, vector, words);
        foreach (var id in withdrawn)
        {
            if (places.Remove(id, out var place)) place.Slot.Product = null;
        }

        state = new([.. slots], state.Words.With(words));
        added = [.. words.ByWord.Keys];
        return hasWords;
    }

    // A product whose words have changed gets another slot, because the lists of its words have the old one.
    private bool Apply(ShelvedProduct product, string? vector, WordsOfProducts words)
    {
        var known = places.GetValueOrDefault(product.Id);
        var hash = vector is null ? default : HashOf(vector);
        if (known is not null && (vector is null || hash == known.WordsHash))
        {
            known.Slot.Product = product;
            return true;
        }

        if (vector is null) return false;
        words.Add(slots.Count, vector);
        var slot = new Slot { Product = product };
        slots.Add(slot);
        places[product.Id] = new(slot, hash);
        if (known is not null) known.Slot.Product = null;
        return true;
    }

    private static Guid HashOf(string vector) =>
        new(SHA256.HashData(MemoryMarshal.AsBytes(vector.AsSpan())).AsSpan(0, 16));

    /// <summary>The page of a search, with the total and the facets of all its products.</summary>
    /// <param name="hits">The products that match the text; null for a search without one.</param>
    public SearchPage Page(SearchQuery query, IReadOnlyList<TextHit>? hits)
    {
        var filters = new Filters(
            Categories.KeysOf(query.Categories), Sizes.KeysOf(query.Sizes), Colours.KeysOf(query.Colours), query.MinPrice ?? 0,
            query.MaxPrice ?? long.MaxValue, query.InStock);
        var counted = hits is not null ? Count(filters, hits) : filters == Filters.None ? CountAll() : Count(filters, state.All());
        var page = First(counted.Offers, query);
        return new(
            [.. page.Take(query.Limit).Select(x => x.ToHit())], counted.Offers.Count, counted.Facets,
            page.Count > query.Limit ? page[query.Limit - 1].ToCursor(query.Sort).ToString() : null, null, []);
    }

    private Counted CountAll()
    {
        var now = state;
        if (Volatile.Read(ref everything) is { } known && known.State == now) return known.Counted;
        var counted = Count(Filters.None, now.All());
        Volatile.Write(ref everything, new(now, counted));
        return counted;
    }

    // A product is found when one of its variants meets every filter. A facet counts the products with a variant that meets all others.
    private Counted Count(Filters filters, IReadOnlyList<TextHit> hits)
    {
        const int byCategory = 1, bySize = 2, byColour = 4, byPrice = 8, byStock = 16;
        // After the products were read: their values have room in the counts.
        var (categories, sizes, colours, bands) =
            (new FacetCount(Categories.Count), new FacetCount(Sizes.Count), new FacetCount(Colours.Count), FacetCount.OfPrices());
        List<Offer> offers = new(hits.Count);
        foreach (var (product, rank) in hits)
        {
            Offer? offer = null;
            var category = filters.Categories?.Contains(product.Category.Key) == false ? byCategory : 0;
            foreach (ref readonly var variant in product.Variants.AsSpan())
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
        Position? after = query.After is { } cursor ? new Position(Position.KeyOf(cursor), cursor.Id) : null;
        // The last of the order is taken out first.
        var first = new PriorityQueue<Offer, Position>(Comparer<Position>.Create((a, b) => direction * Position.Compare(b, a)));
        foreach (var offer in offers)
        {
            var position = offer.PositionIn(query.Sort);
            if (after is { } before && direction * Position.Compare(position, before) <= 0) continue;
            if (first.Count <= query.Limit) first.Enqueue(offer, position);
            else first.EnqueueDequeue(offer, position);
        }

        List<Offer> page = [];
        while (first.TryDequeue(out var offer, out _)) page.Add(offer);
        page.Reverse();
        return page;
    }

    /// <summary>A product; null once it is no longer on sale, or has another slot.</summary>
    internal sealed class Slot
    {
        private volatile ShelvedProduct? product;

        public ShelvedProduct? Product
        {
            get => product;
            set => product = value;
        }
    }

    /// <param name="Slots">The lists of <paramref name="Words"/> have the numbers of the slots.</param>
    internal sealed record State(Slot[] Slots, WordIndex Words)
    {
        public IReadOnlyList<TextHit> All() =>
            [.. Slots.Select(x => x.Product).OfType<ShelvedProduct>().Select(x => new TextHit(x, 0))];
    }

    private sealed record Place(Slot Slot, Guid WordsHash);

    private sealed record Everything(State State, Counted Counted);

    private sealed record Counted(IReadOnlyList<Offer> Offers, IReadOnlyList<Facet> Facets);

    /// <param name="Categories">The keys to filter by; null for every one.</param>
    /// <param name="Sizes">As for categories.</param>
    /// <param name="Colours">As for categories.</param>
    private sealed record Filters(
        IReadOnlySet<int>? Categories, IReadOnlySet<int>? Sizes, IReadOnlySet<int>? Colours, long MinPrice, long MaxPrice, bool InStock)
    {
        public static readonly Filters None = new(null, null, null, 0, long.MaxValue, false);
    }

    /// <summary>Where an offer is in the order of a sort.</summary>
    private readonly record struct Position(long Key, Guid Id)
    {
        public static long KeyOf(SearchCursor cursor) => cursor.Sort == SearchSort.Relevance ? KeyOf(cursor.Rank) : cursor.Key;

        /// <summary>A number that is in the same order as ranks.</summary>
        public static long KeyOf(float rank)
        {
            var bits = BitConverter.SingleToInt32Bits(rank);
            return bits >= 0 ? bits : int.MinValue - (long)bits;
        }

        public static int Compare(Position a, Position b) => a.Key != b.Key ? a.Key.CompareTo(b.Key) : a.Id.CompareTo(b.Id);
    }

    /// <summary>A product with the lowest price among its variants that match.</summary>
    private readonly record struct Offer(ShelvedProduct Product, float Rank, long Price, long? CompareAt, bool InStock)
    {
        public static Offer Of(ShelvedProduct product, in ShelvedVariant variant, float rank, Offer? other) =>
            other is { } before && before.Price <= variant.Price
                ? before with { InStock = before.InStock || variant.InStock }
                : new(product, rank, variant.Price, variant.CompareAt, variant.InStock || other?.InStock == true);

        public Position PositionIn(SearchSort sort) => new(sort switch
        {
            SearchSort.Newest => Product.PublishedTicks,
            SearchSort.Relevance => Position.KeyOf(Rank),
            _ => Price,
        }, Product.Id);

        public SearchCursor ToCursor(SearchSort sort) => new(
            sort, sort == SearchSort.Relevance ? BitConverter.SingleToInt32Bits(Rank) : PositionIn(sort).Key, Product.Id);

        public ProductHit ToHit() => new(
            Product.Id, Product.Slug, Product.Name, Product.Category.Text, new(Price, Product.Currency),
            CompareAt is { } before && before > Price ? new(before, Product.Currency) : null,
            Product.Image.Length == 0 ? null : Product.Image, InStock);
    }
}
