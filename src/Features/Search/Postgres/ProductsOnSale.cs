using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Postgres;

/// <param name="PublishedTicks">In UTC.</param>
internal sealed record ShelvedProduct(
    Guid Id, string Slug, string Name, FilterValue Category, string Currency, string Image, long PublishedTicks,
    ShelvedVariant[] Variants)
{
    /// <summary>The categories above its category.</summary>
    public FilterValue[] Ancestors { get; init; } = [];

    public FilterValue[] Materials { get; init; } = [];

    /// <summary>True when one of the categories is its own or one that it is a part of.</summary>
    /// <param name="categories">The keys of the categories.</param>
    public bool IsIn(IReadOnlySet<int> categories)
    {
        if (categories.Contains(Category.Key)) return true;
        foreach (var ancestor in Ancestors)
        {
            if (categories.Contains(ancestor.Key)) return true;
        }

        return false;
    }

    /// <summary>True when it is made of one of the materials.</summary>
    /// <param name="materials">The keys of the materials.</param>
    public bool IsOf(IReadOnlySet<int> materials)
    {
        foreach (var material in Materials)
        {
            if (materials.Contains(material.Key)) return true;
        }

        return false;
    }

    /// <summary>Null for a product without variants.</summary>
    public Money? LowestPrice => Variants.Length == 0 ? null : new(Cheapest.Price, Currency);

    /// <summary>The first of the variants with the lowest price; there must be one.</summary>
    public ShelvedVariant Cheapest => Variants.MinBy(x => x.Price);

    public bool InStock => Array.Exists(Variants, x => x.InStock);

    /// <summary>The product with its lowest price.</summary>
    public ProductHit ToHit()
    {
        var cheapest = Cheapest;
        return new(Id, Slug, Name, Category.Text, new(cheapest.Price, Currency),
            cheapest.CompareAt is { } before && before > cheapest.Price ? new(before, Currency) : null,
            Image.Length == 0 ? null : Image, InStock);
    }
}

/// <param name="Price">In minor units.</param>
/// <param name="CompareAt">In minor units.</param>
internal readonly record struct ShelvedVariant(FilterValue Size, FilterValue Colour, long Price, long? CompareAt, bool InStock)
{
    /// <summary>Its <see cref="DiscountOf"/>: every search with a facet reads it of all variants.</summary>
    public int Discount { get; } = DiscountOf(Price, CompareAt);

    /// <summary>The reduction in ten-thousandths of the earlier price.</summary>
    public static int DiscountOf(long price, long? compareAt) =>
        compareAt is { } before && before > price ? (int)((Int128)(before - price) * 10_000 / before) : 0;
}

/// <param name="Words">The text form of the product's tsvector; null when only its stock has changed.</param>
internal sealed record ReadProduct(ShelvedProduct Product, string? Words);

/// <summary>The products whose words match.</summary>
/// <param name="Ranks">By slot, how well; of no meaning for other slots.</param>
/// <param name="Pinned">By slot, the rank that a pinned product has while it is in stock, instead of its own.</param>
internal sealed record TextHits(
    ProductsOnSale.State State, SlotSet Slots, float[] Ranks, IReadOnlyDictionary<int, float> Pinned);

/// <summary>
/// The products on sale. Searches read it while one thread at a time applies changes; each product is changed as a whole.
/// </summary>
internal sealed class ProductsOnSale
{
    // Below all that are in stock, except a product whose whole name or SKU was searched for.
    private const float OutOfStock = 100;

    private volatile State state = Empty();
    private IReadOnlyDictionary<Guid, double> sold = new Dictionary<Guid, double>();
    private IReadOnlyDictionary<Guid, double> viewed = new Dictionary<Guid, double>();
    private int slots;
    private Everything? everything;

    public FilterValues Categories { get; } = new();

    public FilterValues Sizes { get; } = new();

    public FilterValues Colours { get; } = new();

    public FilterValues Materials { get; } = new();

    /// <summary>The products and their words, as they are now.</summary>
    public State Now => state;

    /// <summary>The words that a typo may have meant, also those that only withdrawn products have.</summary>
    public Vocabulary Vocabulary { get; set; } = Vocabulary.Empty;

    /// <summary>Words of the products of which it is not known yet whether a typo may have meant them.</summary>
    public HashSet<string> Unlearned { get; } = new(StringComparer.Ordinal);

    public KnownSynonyms Synonyms { get; set; } = KnownSynonyms.None;

    /// <summary>Applies changes.</summary>
    /// <returns>False when the words of a product are missing: all has to be read again.</returns>
    public bool Apply(IReadOnlyList<ReadProduct> changed, IReadOnlyList<Guid> withdrawn)
    {
        if (changed.Count + withdrawn.Count == 0) return true;
        WordsOfProducts words = new();
        var hasWords = true;
        var columns = state.Columns;
        var (places, slugs) = (state.Places.ToBuilder(), state.Slugs.ToBuilder());
        List<int> gone = [];
        List<int> come = [];
        foreach (var (product, vector) in changed)
        {
            // A product without variants cannot be bought, and is not found.
            if (product.Variants.Length == 0) Leave(product.Id);
            else hasWords &= Apply(ref columns, product, vector);
        }

        foreach (var id in withdrawn) Leave(id);
        // Searches that have begun go on with the products as they were.
        SlotSet onSale = new(state.OnSale, columns.Capacity);
        foreach (var slot in gone) onSale.Remove(slot);
        foreach (var slot in come) onSale.Add(slot);
        state = state with
        {
            Columns = columns,
            Words = state.Words.With(words),
            OnSale = onSale,
            Places = places.ToImmutable(),
            Slugs = slugs.ToImmutable(),
        };
        Unlearned.UnionWith(words.ByWord.Keys.Where(x => IndexedWords.CanBeMeant(x) && !Vocabulary.Has(x)));
        return hasWords;

        void Leave(Guid id)
        {
            if (!places.TryGetValue(id, out var place)) return;
            gone.Add(place.Slot);
            places.Remove(id);
            Forget(place);
        }

        void Forget(Place place)
        {
            if (slugs.TryGetValue(place.Slug, out var slot) && slot == place.Slot) slugs.Remove(place.Slug);
        }

        // A product whose words have changed gets another slot, because the lists of its words have the old one.
        bool Apply(ref ProductColumns columns, ShelvedProduct product, string? vector)
        {
            var known = places.GetValueOrDefault(product.Id);
            var hash = vector is null ? default : HashOf(vector);
            if (known is not null && (vector is null || hash == known.WordsHash))
            {
                columns.Set(known.Slot, product);
                PlaceAt(known.Slot, known.WordsHash);
                return true;
            }

            if (vector is null) return false;
            while (slots >= columns.Capacity) columns = columns.Grown();
            words.Add(slots, vector);
            columns.Set(slots, product);
            (columns.Sales[slots], columns.Popularity[slots]) = ScoresOf(product.Id);
            columns.ScoredAt[slots] = state.Earlier.Since(product.Id);
            if (known is not null) gone.Add(known.Slot);
            come.Add(slots);
            PlaceAt(slots++, hash);
            return true;

            void PlaceAt(int slot, UInt128 words)
            {
                if (known is not null && known.Slot == slot && known.Slug == product.Slug) return;
                if (known is not null) Forget(known);
                places[product.Id] = new(slot, product.Slug, words);
                slugs[product.Slug] = slot;
            }
        }
    }

    /// <summary>Sets how well the products sell and how often they are looked at.</summary>
    /// <param name="at">The present time. Cursors have it, so that it must mean the same in other processes.</param>
    public void SetScores(SalesOfProducts ofProducts, DateTimeOffset at)
    {
        var (nowSold, nowViewed) = (ofProducts.Sold, ofProducts.Viewed);
        var now = state;
        var time = Math.Max(now.ScoredAt + 1, at.ToUnixTimeMilliseconds());
        if (!ReferenceEquals(sold, nowSold) || !ReferenceEquals(viewed, nowViewed))
        {
            (sold, viewed) = (nowSold, nowViewed);
            // The first scores count for earlier cursors, too: another process gave them out.
            var isFirst = now.ScoredAt == 0;
            foreach (var (id, place) in now.Places) SetScores(now.Columns, place.Slot, id, isFirst ? 0 : time);
            state.Earlier.Forget(time);
        }

        // Even if nothing has changed: another process, which has read the same change later, would take a first page from now for one from
        // before the change.
        // Last: a search that has begun goes on with the scores as they were.
        state = state with { ScoredAt = time };
    }

    /// <summary>
    /// Goes on with the scores of the view that this one replaces: the pages of a search that began there have its order.
    /// </summary>
    public void TakeScoresOf(ProductsOnSale before)
    {
        var (now, known) = (state, before.state);
        if (known.ScoredAt == 0) return;
        (sold, viewed) = (before.sold, before.viewed);
        foreach (var (id, place) in now.Places)
        {
            (now.Columns.Sales[place.Slot], now.Columns.Popularity[place.Slot]) = ScoresOf(id);
            now.Columns.ScoredAt[place.Slot] = known.Earlier.Since(id);
        }

        state = now with { ScoredAt = known.ScoredAt, Earlier = known.Earlier };
    }

    private void SetScores(ProductColumns columns, int slot, Guid id, long at)
    {
        var (sales, popularity) = ScoresOf(id);
        var (salesBefore, popularityBefore) = (columns.Sales[slot], columns.Popularity[slot]);
        if (sales == salesBefore && popularity == popularityBefore) return;
        if (at != 0)
        {
            state.Earlier.Add(id, at, salesBefore, popularityBefore);
            Volatile.Write(ref columns.ScoredAt[slot], at);
        }

        // After the time, which a reader reads last.
        Volatile.Write(ref columns.Sales[slot], sales);
        Volatile.Write(ref columns.Popularity[slot], popularity);
    }

    private (int Sales, int Popularity) ScoresOf(Guid id) =>
        (SalesOfProducts.OfSales(sold, id), SalesOfProducts.OfBoth(sold, viewed, id));

    private static State Empty()
    {
        ProductColumns columns = new();
        return new(
            columns, WordIndex.Empty, new(columns.Capacity), ImmutableDictionary<Guid, Place>.Empty,
            ImmutableDictionary.Create<string, int>(StringComparer.Ordinal), 0, new());
    }

    private static UInt128 HashOf(string vector) =>
        BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(MemoryMarshal.AsBytes(vector.AsSpan())));

    /// <summary>The page of a search, with the total and the facets of all its products.</summary>
    /// <param name="hits">The products that match the text; null for a search without one.</param>
    public SearchPage Page(SearchQuery query, TextHits? hits)
    {
        var now = hits?.State ?? state;
        var filters = new Filters(
            Categories.KeysOf(query.Categories), Sizes.KeysOf(query.Sizes), Colours.KeysOf(query.Colours), query.MinPrice ?? 0,
            query.MaxPrice ?? long.MaxValue, query.InStock, Materials.KeysOf(query.Materials), 100 * (query.MinDiscount ?? 0));
        if (query.After is { Sort: SearchSort.Relevance, IsOfElasticsearch: true } other)
            query = query with { After = InOwnOrder(other, filters, now, hits) };
        if (!filters.AdmitEveryVariant(now.Columns)) return PageOfVariants(query, filters, now, hits);
        return hits is null && filters.Categories is null && filters.Materials is null
            ? PageOfAll(query, now)
            : PageOfProducts(query, filters, now, hits);
    }

    // A page of Elasticsearch goes on after its last product, by the rank that the product has here.
    private static SearchCursor InOwnOrder(SearchCursor other, Filters filters, State now, TextHits? hits)
    {
        var rank = other.Rank - OutOfStock;
        if (hits is not null && now.Places.TryGetValue(other.Id, out var place) && hits.Slots.Has(place.Slot))
            rank = hits.Ranks[place.Slot] - (filters.HaveInStock(now.Columns.Products[place.Slot]) ? 0 : OutOfStock);
        return other with { Key = SearchCursor.KeyOf(rank), IsOfElasticsearch = false };
    }

    // Without a text and a filter, the counts are kept until something changes.
    private SearchPage PageOfAll(SearchQuery query, State now)
    {
        if (Volatile.Read(ref everything) is not { } known || !ReferenceEquals(known.OnSale, now.OnSale))
        {
            known = new(
                now.OnSale, now.OnSale.Count(), FacetsOf(now.Columns, now.OnSale, now.OnSale),
                [.. MoreFacetsOf(Facets.More, now.Columns, now.OnSale, now.OnSale)]);
            Volatile.Write(ref everything, known);
        }

        return PageOf(
            query, now, now.OnSale, null, known.Total,
            [.. known.Facets, .. known.More.Where(x => query.MoreFacets.Contains(x.Name))]);
    }

    private static SearchPage PageOfProducts(SearchQuery query, Filters filters, State now, TextHits? hits)
    {
        var columns = now.Columns;
        SlotSet found = new(hits?.Slots ?? now.OnSale, columns.Capacity);
        found.Keep(now.OnSale);
        // A facet counts what all filters but its own find.
        var ofMaterials = filters.Materials is { } materials ? Of(columns.Materials.Having(materials), found) : found;
        var ofCategories = filters.Categories is { } categories ? Of(columns.CategoryTree.Having(categories), found) : found;
        var shown = filters.Categories is { } all ? Of(columns.CategoryTree.Having(all), ofMaterials) : ofMaterials;
        return PageOf(
            query, now, shown, hits, shown.Count(),
            [.. FacetsOf(columns, ofMaterials, shown), .. MoreFacetsOf(query.MoreFacets, columns, ofCategories, shown)]);

        static SlotSet Of(SlotSet having, SlotSet others)
        {
            having.Keep(others);
            return having;
        }
    }

    private static IReadOnlyList<Facet> FacetsOf(ProductColumns columns, SlotSet ofOtherFilters, SlotSet shown) => Facets.Of(
        columns.CategoryTree.CountIn(ofOtherFilters), columns.Sizes.CountIn(shown), columns.Colours.CountIn(shown),
        columns.Prices.CountIn(shown));

    private static IEnumerable<Facet> MoreFacetsOf(
        IReadOnlyList<string> names, ProductColumns columns, SlotSet ofOtherFilters, SlotSet shown) => names.Count == 0
        ? []
        : Facets.MoreOf(
            names, () => columns.Materials.CountIn(ofOtherFilters), () => columns.Reductions.CountIn(shown),
            () => columns.InStock.CountIn(shown));

    private static SearchPage PageOf(
        SearchQuery query, State now, SlotSet shown, TextHits? hits, int total, IReadOnlyList<Facet> facets)
    {
        var columns = now.Columns;
        var first = new FirstInOrder(query);
        foreach (var slot in shown)
        {
            first.Take(query.Sort switch
            {
                SearchSort.Newest => SearchCursor.KeyOf(query, columns.PublishedTicks[slot], columns.InStock.Has(slot)),
                SearchSort.Relevance => SearchCursor.KeyOf(RankOf(slot), SalesIn(query, now, slot)),
                SearchSort.Bestselling => SalesIn(query, now, slot),
                SearchSort.Discount => columns.Discounts[slot],
                _ => columns.LowestPrices[slot],
            }, columns.Ids[slot], slot);
        }

        return PageOf(
            query, now, [.. first.Page().Select(x => Offer.Of(columns.Products[x], RankOf(x), SalesIn(query, now, x)))], total,
            facets);

        float RankOf(int slot) => !columns.InStock.Has(slot) ? (hits?.Ranks[slot] ?? 0) - OutOfStock
            : hits is null ? 0
            : hits.Pinned.TryGetValue(slot, out var pinned) ? pinned
            : hits.Ranks[slot];
    }

    // How well a product sells, where the order depends on it; between equal matches its views count, too.
    private static int SalesIn(SearchQuery query, State now, int slot)
    {
        if (!query.HasScores) return 0;
        var columns = now.Columns;
        var isBySales = query.Sort == SearchSort.Bestselling;
        var score = isBySales ? Volatile.Read(ref columns.Sales[slot]) : Volatile.Read(ref columns.Popularity[slot]);
        var time = query.After?.ScoredAt ?? now.ScoredAt;
        if (Volatile.Read(ref columns.ScoredAt[slot]) <= time || now.Earlier.At(columns.Ids[slot], time) is not { } earlier) return score;
        return isBySales ? earlier.Sales : earlier.Popularity;
    }

    private static SearchPage PageOf(
        SearchQuery query, State now, IReadOnlyList<Offer> page, int total, IReadOnlyList<Facet> facets) => new(
        [.. page.Take(query.Limit).Select(x => x.ToHit())], total, facets,
        page.Count > query.Limit ? page[query.Limit - 1].ToCursor(query, now.ScoredAt).ToString() : null, null, []);

    // A product is found when one of its variants meets every filter. A facet counts the products with a variant that meets all others.
    private SearchPage PageOfVariants(SearchQuery query, Filters filters, State now, TextHits? hits)
    {
        const int byCategory = 1, bySize = 2, byColour = 4, byPrice = 8, byStock = 16, byMaterial = 32, byDiscount = 64;
        List<(ShelvedProduct Product, float Rank, float? Pinned, int Sales)> found = new((hits?.Slots ?? now.OnSale).Count());
        foreach (var slot in hits?.Slots ?? now.OnSale)
        {
            if (!now.OnSale.Has(slot)) continue;
            float? pinned = hits is not null && hits.Pinned.TryGetValue(slot, out var rank) ? rank : null;
            found.Add((now.Columns.Products[slot], hits?.Ranks[slot] ?? 0, pinned, SalesIn(query, now, slot)));
        }

        // After the products were read: their values have room in the counts.
        var (categories, sizes, colours, bands) =
            (new FacetCount(Categories.Count), new FacetCount(Sizes.Count), new FacetCount(Colours.Count), FacetCount.OfPrices());
        var (materials, reductions, inStock) =
            (Asked(Facets.Material, () => new(Materials.Count)), Asked(Facets.Discount, FacetCount.OfReductions), 0);
        List<Offer> offers = [];
        foreach (var (product, rank, pinned, sales) in found)
        {
            Offer? offer = null;
            var ofProduct = (filters.Categories is { } categoryKeys && !product.IsIn(categoryKeys) ? byCategory : 0)
                | (filters.Materials is { } materialKeys && !product.IsOf(materialKeys) ? byMaterial : 0);
            var (isInStock, reduction) = (false, 0);
            foreach (ref readonly var variant in product.Variants.AsSpan())
            {
                var failed = ofProduct
                    | (filters.Sizes?.Contains(variant.Size.Key) == false ? bySize : 0)
                    | (filters.Colours?.Contains(variant.Colour.Key) == false ? byColour : 0)
                    | (variant.Price < filters.MinPrice || variant.Price > filters.MaxPrice ? byPrice : 0)
                    | (filters.InStock && !variant.InStock ? byStock : 0)
                    | (variant.Discount < filters.MinDiscount ? byDiscount : 0);
                if ((failed & ~byCategory) == 0) Add(categories, product, product.Category, product.Ancestors);
                if (materials is not null && (failed & ~byMaterial) == 0) Add(materials, product, null, product.Materials);
                if (reductions is not null && (failed & ~byDiscount) == 0) reduction = Math.Max(reduction, variant.Discount);
                isInStock |= (failed & ~byStock) == 0 && variant.InStock;
                if ((failed & ~bySize) == 0) sizes.Add(variant.Size, product);
                if ((failed & ~byColour) == 0) colours.Add(variant.Colour, product);
                if ((failed & ~byPrice) == 0) bands.Add(FacetCount.Band(variant.Price), product);
                if (failed == 0) offer = Offer.Of(product, variant, rank, sales, offer);
            }

            if (isInStock) inStock++;
            foreach (var reached in FacetCount.Reductions(reduction)) reductions?.Add(reached, product);
            if (offer is { } one) offers.Add(one with { Rank = one.InStock ? pinned ?? rank : rank - OutOfStock });
        }

        var first = new FirstInOrder(query);
        for (var i = 0; i < offers.Count; i++) first.Take(offers[i].KeyIn(query), offers[i].Product.Id, i);
        return PageOf(
            query, now, [.. first.Page().Select(x => offers[x])], offers.Count,
            [
                .. Facets.Of(categories.Values(), sizes.Values(), colours.Values(), bands.Values()),
                .. Facets.MoreOf(query.MoreFacets, () => materials!.Values(), () => reductions!.Values(), () => inStock),
            ]);

        FacetCount? Asked(string facet, Func<FacetCount> count) => query.MoreFacets.Contains(facet) ? count() : null;

        static void Add(FacetCount counts, ShelvedProduct product, FilterValue? value, FilterValue[] more)
        {
            if (value is not null) counts.Add(value, product);
            foreach (var other in more) counts.Add(other, product);
        }
    }

    /// <param name="Words">Its lists have the slots of <paramref name="Columns"/>.</param>
    /// <param name="OnSale">The slots whose products are found.</param>
    /// <param name="Places">Where the products on sale are, by their ids.</param>
    /// <param name="Slugs">The slots of the products on sale, by their slugs.</param>
    /// <param name="ScoredAt">The scores are those of this time, in Unix milliseconds: newer ones do not count.</param>
    internal sealed record State(ProductColumns Columns, WordIndex Words, SlotSet OnSale, ImmutableDictionary<Guid, Place> Places,
        ImmutableDictionary<string, int> Slugs, long ScoredAt, EarlierScores Earlier)
    {
        /// <summary>The product on sale with this id; null when there is none.</summary>
        public ShelvedProduct? Find(Guid id) => Places.TryGetValue(id, out var place) ? Columns.Products[place.Slot] : null;

        /// <summary>The product on sale with this id or slug; null when there is none.</summary>
        public ShelvedProduct? Find(string idOrSlug)
        {
            if (Guid.TryParseExact(idOrSlug, "D", out var id)) return Find(id);
            return Slugs.TryGetValue(idOrSlug, out var slot) ? Columns.Products[slot] : null;
        }

        /// <summary>The ids of the newest products that are in stock.</summary>
        public IReadOnlyList<Guid> NewestInStock(int limit)
        {
            var newest = new PriorityQueue<Guid, (long, Guid)>(limit);
            foreach (var slot in OnSale)
            {
                if (!Columns.InStock.Has(slot)) continue;
                var (id, priority) = (Columns.Ids[slot], (Columns.PublishedTicks[slot], Columns.Ids[slot]));
                if (newest.Count < limit) newest.Enqueue(id, priority);
                else newest.EnqueueDequeue(id, priority);
            }

            var ids = new Guid[newest.Count];
            for (var at = ids.Length - 1; at >= 0; at--) ids[at] = newest.Dequeue();
            return ids;
        }
    }

    /// <param name="WordsHash">Another one when the words of the product have changed.</param>
    internal sealed record Place(int Slot, string Slug, UInt128 WordsHash);

    /// <param name="More">All of <see cref="Facets.More"/>.</param>
    /// <param name="OnSale">The slots that were counted. Each change of a product makes a new set, which must be counted again.</param>
    private sealed record Everything(SlotSet OnSale, int Total, IReadOnlyList<Facet> Facets, IReadOnlyList<Facet> More);

    /// <param name="Categories">The keys to filter by; null for every one.</param>
    /// <param name="Sizes">As for categories.</param>
    /// <param name="Colours">As for categories.</param>
    /// <param name="Materials">As for categories.</param>
    /// <param name="MinDiscount">In ten-thousandths of the earlier price.</param>
    private sealed record Filters(
        IReadOnlySet<int>? Categories, IReadOnlySet<int>? Sizes, IReadOnlySet<int>? Colours, long MinPrice, long MaxPrice, bool InStock,
        IReadOnlySet<int>? Materials, int MinDiscount)
    {
        /// <summary>True when a product is found with all of its variants or not at all.</summary>
        public bool AdmitEveryVariant(ProductColumns columns) =>
            Sizes is null && Colours is null && MinPrice <= 0 && MaxPrice >= columns.HighestPrice && !InStock && MinDiscount == 0;

        /// <summary>True when a variant that meets all of them is in stock.</summary>
        public bool HaveInStock(ShelvedProduct product) => Array.Exists(product.Variants, x =>
            x.InStock && Sizes?.Contains(x.Size.Key) != false && Colours?.Contains(x.Colour.Key) != false && x.Price >= MinPrice
            && x.Price <= MaxPrice && x.Discount >= MinDiscount);
    }

    /// <summary>A product with the lowest price among its variants that match.</summary>
    private readonly record struct Offer(ShelvedProduct Product, float Rank, int Sales, long Price, long? CompareAt, bool InStock)
    {
        public static Offer Of(ShelvedProduct product, in ShelvedVariant variant, float rank, int sales, Offer? other) =>
            other is { } before && before.Price <= variant.Price
                ? before with { InStock = before.InStock || variant.InStock }
                : new(product, rank, sales, variant.Price, variant.CompareAt, variant.InStock || other?.InStock == true);

        public static Offer Of(ShelvedProduct product, float rank, int sales)
        {
            Offer? offer = null;
            foreach (ref readonly var variant in product.Variants.AsSpan()) offer = Of(product, variant, rank, sales, offer);
            return offer!.Value;
        }

        public long KeyIn(SearchQuery query) => query.Sort switch
        {
            SearchSort.Newest => SearchCursor.KeyOf(query, Product.PublishedTicks, InStock),
            SearchSort.Relevance => SearchCursor.KeyOf(Rank, Sales),
            SearchSort.Bestselling => Sales,
            SearchSort.Discount => ShelvedVariant.DiscountOf(Price, CompareAt),
            _ => Price,
        };

        public SearchCursor ToCursor(SearchQuery query, long scoredAt) => new(
            query.Sort, KeyIn(query), Product.Id, query.RanksBySales,
            query.HasScores ? query.After is { } before ? before.ScoredAt : scoredAt : null)
        {
            Instead = query.Instead,
            SoldOutLast = query.SoldOutLast,
        };

        public ProductHit ToHit() => new(
            Product.Id, Product.Slug, Product.Name, Product.Category.Text, new(Price, Product.Currency),
            CompareAt is { } before && before > Price ? new(before, Product.Currency) : null,
            Product.Image.Length == 0 ? null : Product.Image, InStock);
    }
}
