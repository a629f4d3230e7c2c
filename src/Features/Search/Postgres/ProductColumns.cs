namespace Aarya.Features.Search.Postgres;

/// <summary>
/// The products on sale by slot, and column by column what every search reads of all products that it finds: a search without filters on
/// variants touches no product but those that it shows. One thread changes it while others read.
/// </summary>
internal sealed class ProductColumns
{
    private const int AtFirst = 1_024;

    public ProductColumns()
        : this(AtFirst)
    {
        (InStock, Products) = (new(AtFirst), new ShelvedProduct[AtFirst]);
        (Ids, LowestPrices, PublishedTicks) = (new Guid[AtFirst], new long[AtFirst], new long[AtFirst]);
        (Sales, Popularity, Discounts) = (new int[AtFirst], new int[AtFirst], new int[AtFirst]);
        ScoredAt = new long[AtFirst];
        (Categories, Sizes, Colours, Prices) = (new(AtFirst), new(AtFirst), new(AtFirst), new(AtFirst));
        (CategoryTree, Materials, Reductions) = (new(AtFirst), new(AtFirst), new(AtFirst));
    }

    private ProductColumns(int capacity) => Capacity = capacity;

    /// <summary>Every slot is below it.</summary>
    public int Capacity { get; }

    /// <summary>The products with a variant in stock.</summary>
    public SlotSet InStock { get; private init; } = null!;

    /// <summary>
    /// Also of slots whose product is no longer on sale or has another slot: a search that began before may still show it.
    /// </summary>
    public ShelvedProduct[] Products { get; private init; } = null!;

    public Guid[] Ids { get; private init; } = null!;

    /// <summary>In minor units.</summary>
    public long[] LowestPrices { get; private init; } = null!;

    public long[] PublishedTicks { get; private init; } = null!;

    /// <summary>See <see cref="SalesOfProducts.OfSales"/>.</summary>
    public int[] Sales { get; private init; } = null!;

    /// <summary>See <see cref="SalesOfProducts.OfBoth"/>.</summary>
    public int[] Popularity { get; private init; } = null!;

    /// <summary>
    /// Since when the product has its two scores, in Unix milliseconds; 0 when it had them from the beginning.
    /// <see cref="EarlierScores"/> has those that it had before.
    /// </summary>
    public long[] ScoredAt { get; private init; } = null!;

    /// <summary>The reduction of the lowest price, see <see cref="ShelvedVariant.DiscountOf"/>.</summary>
    public int[] Discounts { get; private init; } = null!;

    /// <summary>The products by their own category.</summary>
    public FacetColumn Categories { get; private init; } = null!;

    /// <summary>The products by their category and every one that it is a part of.</summary>
    public FacetColumn CategoryTree { get; private init; } = null!;

    public FacetColumn Sizes { get; private init; } = null!;

    public FacetColumn Colours { get; private init; } = null!;

    public FacetColumn Prices { get; private init; } = null!;

    public FacetColumn Materials { get; private init; } = null!;

    /// <summary>The products by each value of the facet of reductions that a variant reaches.</summary>
    public FacetColumn Reductions { get; private init; } = null!;

    /// <summary>No price has ever been higher, in minor units.</summary>
    public long HighestPrice { get; private set; }

    /// <summary>The same columns with room for twice as many slots.</summary>
    public ProductColumns Grown()
    {
        var capacity = 2 * Capacity;
        var (products, ids, lowest, published) = (Products, Ids, LowestPrices, PublishedTicks);
        Array.Resize(ref products, capacity);
        Array.Resize(ref ids, capacity);
        Array.Resize(ref lowest, capacity);
        Array.Resize(ref published, capacity);
        var (sales, popularity, discounts, scoredAt) = (Sales, Popularity, Discounts, ScoredAt);
        Array.Resize(ref sales, capacity);
        Array.Resize(ref popularity, capacity);
        Array.Resize(ref discounts, capacity);
        Array.Resize(ref scoredAt, capacity);
        return new(capacity)
        {
            InStock = new(InStock, capacity),
            Products = products,
            Ids = ids,
            LowestPrices = lowest,
            PublishedTicks = published,
            Sales = sales,
            Popularity = popularity,
            Discounts = discounts,
            ScoredAt = scoredAt,
            Categories = Categories.Grown(capacity),
            CategoryTree = CategoryTree.Grown(capacity),
            Materials = Materials.Grown(capacity),
            Reductions = Reductions.Grown(capacity),
            Sizes = Sizes.Grown(capacity),
            Colours = Colours.Grown(capacity),
            Prices = Prices.Grown(capacity),
            HighestPrice = HighestPrice,
        };
    }

    /// <summary>Sets the product of a slot, which has at least one variant.</summary>
    public void Set(int slot, ShelvedProduct product)
    {
        var before = Products[slot];
        var isSame = before is not null && before.Category == product.Category && before.Variants.Length == product.Variants.Length
            && before.Ancestors.SequenceEqual(product.Ancestors) && before.Materials.SequenceEqual(product.Materials)
            && before.Variants.Zip(product.Variants).All(x => ReferenceEquals(x.First.Size, x.Second.Size)
                && ReferenceEquals(x.First.Colour, x.Second.Colour) && x.First.Price == x.Second.Price
                && x.First.Discount == x.Second.Discount);
        if (before is not null && !isSame) Facets(slot, before, isAdded: false);
        Products[slot] = product;
        if (!isSame) Facets(slot, product, isAdded: true);
        Ids[slot] = product.Id;
        var cheapest = product.Cheapest;
        LowestPrices[slot] = cheapest.Price;
        Discounts[slot] = ShelvedVariant.DiscountOf(cheapest.Price, cheapest.CompareAt);
        PublishedTicks[slot] = product.PublishedTicks;
        HighestPrice = Math.Max(HighestPrice, product.Variants.Max(x => x.Price));
        if (product.InStock) InStock.Add(slot);
        else InStock.Remove(slot);
    }

    private void Facets(int slot, ShelvedProduct product, bool isAdded)
    {
        Categories.Set(slot, product.Category, isAdded);
        CategoryTree.Set(slot, product.Category, isAdded);
        foreach (var ancestor in product.Ancestors) CategoryTree.Set(slot, ancestor, isAdded);
        foreach (var material in product.Materials) Materials.Set(slot, material, isAdded);
        var reduction = product.Variants.Max(x => x.Discount);
        foreach (var reached in FacetCount.Reductions(reduction)) Reductions.Set(slot, reached, isAdded);
        foreach (var variant in product.Variants)
        {
            Sizes.Set(slot, variant.Size, isAdded);
            Colours.Set(slot, variant.Colour, isAdded);
            Prices.Set(slot, FacetCount.Band(variant.Price), isAdded);
        }
    }
}
