using Aarya.Features;
using Aarya.Features.Search.Engine;

namespace Aarya.Specs.Search.Contract;

/// <summary>What a search answers, the same with every engine. Each engine has a spec that runs it.</summary>
public abstract class SearchContract
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The products, which the engine's index has before the first search.</summary>
    internal static IReadOnlyList<ProductDocument> Catalogue { get; } =
    [
        Product(1, "Linen Shirt", "shirts", "Breathes in summer", 1_299, ["S", "M"], ["Blue", "White"]),
        Product(2, "Cotton Kurta", "kurtas", "For every day", 899, ["M", "L"], ["Red"]),
        Product(3, "Denim Jacket", "jackets", "Goes well over a kurta", 2_999, ["L"], ["Blue"], before: 3_999),
        Product(4, "Silk Saree", "sarees", "Woven in Banaras", 8_999, ["Free size"], ["Maroon"], above: "drapes"),
        Product(5, "Silk Kurta", "kurtas", "For weddings", 1_899, ["M"], ["Maroon", "Red"], available: 0),
        Product(6, "Crew T-Shirt", "t-shirts", "A basic", 499, ["M", "XL"], ["Black", "White"]),
        Product(7, "Leather Belt", "accessories", "One buckle", 799, ["34"], ["Brown"], barcode: "8901234567894"),
        Product(8, "Wrap Dress", "dresses", "Ties with a belt", 1_899, ["S"], ["Green"]),
    ];

    /// <summary>Synonyms that a merchandiser has set.</summary>
    internal static IReadOnlyList<(string Term, string[] Words)> Synonyms { get; } = [("banyan", ["crew"])];

    internal abstract ISearchEngine Engine { get; }

    [Theory]
    [InlineData("linen shirt", "Linen Shirt")]
    [InlineData("SHIRTS linen", "Linen Shirt")]
    [InlineData("lin", "Linen Shirt")]
    [InlineData("breathing", "Linen Shirt")]
    [InlineData("blue shirt", "Linen Shirt")]
    [InlineData("the shirt of linen", "Linen Shirt")]
    [InlineData("saris", "Silk Saree")]
    [InlineData("maroon saree", "Silk Saree")]
    [InlineData("tshirt", "Crew T-Shirt")]
    [InlineData("tee shirt", "Crew T-Shirt")]
    [InlineData("banyan", "Crew T-Shirt")]
    [InlineData("sku-7-34-brown", "Leather Belt")]
    [InlineData("leather belt", "Leather Belt")]
    [InlineData("8901234567894", "Leather Belt")]
    // A colour's narrower word; what is out of stock comes last.
    [InlineData("red kurta", "Cotton Kurta, Silk Kurta")]
    // The name, then the description.
    [InlineData("kurta", "Cotton Kurta, Denim Jacket, Silk Kurta")]
    [InlineData("belt", "Leather Belt, Wrap Dress")]
    [InlineData("qqqqqqqq", "")]
    [InlineData("!!!", "")]
    public async Task words_find(string typed, string names)
    {
        var page = await SearchAsync(typed, new());

        Assert.Equal(names, Names(page));
        Assert.Null(page.DidYouMean);
        Assert.Empty(page.IgnoredWords);
    }

    [Theory]
    [InlineData("lnien shirt", "Linen Shirt", "linen shirt", "")]
    [InlineData("lether belt", "Leather Belt", "leather belt", "")]
    [InlineData("linen qqqqqqqq", "Linen Shirt", "linen", "qqqqqqqq")]
    [InlineData("purple linen shirt", "Linen Shirt", null, "purple")]
    [InlineData("shirt under 500", "Crew T-Shirt", null, "")]
    public async Task what_no_product_has_is_corrected_or_left_out(string typed, string names, string? meant, string ignored)
    {
        var page = await SearchAsync(typed, new());

        Assert.Equal(names, Names(page));
        Assert.Equal(meant, page.DidYouMean);
        Assert.Equal(ignored, string.Join(' ', page.IgnoredWords));
    }

    [Fact]
    public async Task a_product_is_shown_with_the_lowest_price_of_the_variants_that_match()
    {
        var jacket = Assert.Single((await SearchAsync("denim", new())).Items);

        Assert.Equal(
            new ProductHit(
                Catalogue[2].Id, "denim-jacket", "Denim Jacket", "jackets", Money.Rupees(2_999), Money.Rupees(3_999), "/pictures/3.svg",
                true),
            jacket);
    }

    [Fact]
    public async Task filters_are_met_by_one_variant_and_facets_ignore_their_own()
    {
        Assert.Equal("Crew T-Shirt, Cotton Kurta, Linen Shirt, Silk Kurta", Names(await SearchAsync("", new(Size: "m"))));
        Assert.Equal("Crew T-Shirt, Cotton Kurta, Linen Shirt", Names(await SearchAsync("", new(Size: "M", InStock: true))));
        Assert.Equal("Crew T-Shirt", Names(await SearchAsync("", new(Size: "XL", Colour: "white,green"))));
        Assert.Equal("", Names(await SearchAsync("", new(Size: "S", Colour: "Black"))));

        var page = await SearchAsync("", new(Category: "kurtas", Colour: "Red"));
        Assert.Equal("Cotton Kurta, Silk Kurta", Names(page));
        Assert.Equal(
            "category: kurtas 2 | size: M 2, L 1 | colour: Red 2, Maroon 1 | price: 50000-99999 1, 100000-199999 1", FacetsOf(page));
    }

    [Fact]
    public async Task prices_are_bounds()
    {
        Assert.Equal("Leather Belt, Cotton Kurta",
            Names(await SearchAsync("", new(MinPrice: 79_900, MaxPrice: 89_900, Sort: SearchSort.PriceAsc))));
        Assert.Equal("Silk Saree", Names(await SearchAsync("", new(MinPrice: 500_000))));
    }

    [Theory]
    [InlineData(SearchSort.PriceAsc, "Cotton Kurta, Silk Kurta, Denim Jacket")]
    [InlineData(SearchSort.PriceDesc, "Denim Jacket, Silk Kurta, Cotton Kurta")]
    [InlineData(SearchSort.Newest, "Silk Kurta, Denim Jacket, Cotton Kurta")]
    [InlineData(SearchSort.Relevance, "Cotton Kurta, Denim Jacket, Silk Kurta")]
    public Task pages_follow_one_another(SearchSort sort, string names) => PagesAreAsync("kurta", new(Sort: sort, Limit: 1), 3, names);

    [Fact]
    public Task without_a_text_and_an_order_the_newest_come_first_and_the_sold_out_last() =>
        PagesAreAsync("", new(Limit: 3), 8,
            "Wrap Dress, Leather Belt, Crew T-Shirt, Denim Jacket, Silk Saree, Cotton Kurta, Linen Shirt, Silk Kurta");

    private async Task PagesAreAsync(string text, Filters filters, int total, string names)
    {
        List<string> seen = [];
        string? cursor = null;
        do
        {
            var page = await SearchAsync(text, filters with { Cursor = cursor });
            Assert.Equal(total, page.Total);
            seen.AddRange(page.Items.Select(x => x.Name));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(names, string.Join(", ", seen));
    }

    [Theory]
    [InlineData("kur", "category kurtas, product Cotton Kurta, product Denim Jacket, product Silk Kurta")]
    // A part of a category is not meant by the name of the category, nor the category by the name of its part.
    [InlineData("sar", "category sarees, product Silk Saree")]
    [InlineData("drap", "category drapes, product Silk Saree")]
    [InlineData("lnien", "product Linen Shirt")]
    [InlineData("qqqqqqqq", "")]
    public async Task suggestions_are_categories_and_products(string typed, string expected)
    {
        var found = (await Engine.SuggestAsync(typed, 8, CancellationToken.None)).Items;

        Assert.Equal(expected, string.Join(", ", found.Select(x => $"{x.Kind} {x.Text}")));
        foreach (var item in found.Where(x => x.Kind == "product"))
        {
            var product = Catalogue.Single(x => x.Slug == item.Slug);
            Assert.Equal((product.Image, product.Variants.Min(x => x.Price.Minor)), (item.Image, item.Price!.Value.Minor));
        }
    }

    private async Task<SearchPage> SearchAsync(string text, Filters filters)
    {
        var (query, _) = SearchQuery.From(
            text, filters.Category is null ? null : [filters.Category], filters.Size is null ? null : [filters.Size],
            filters.Colour is null ? null : [filters.Colour], filters.MinPrice, filters.MaxPrice, filters.InStock, filters.Sort,
            filters.Cursor, filters.Limit);
        var page = await Engine.SearchAsync(query!, CancellationToken.None);
        Assert.Equal(["category", "size", "colour", "price"], page.Facets.Select(x => x.Name));
        return page;
    }

    private static string Names(SearchPage page) => string.Join(", ", page.Items.Select(x => x.Name));

    private static string FacetsOf(SearchPage page) => string.Join(
        " | ", page.Facets.Select(x => $"{x.Name}: {string.Join(", ", x.Values.Select(y => $"{y.Value} {y.Count}"))}"));

    private static ProductDocument Product(
        int number, string name, string category, string description, int rupees, string[] sizes, string[] colours, int? before = null,
        int available = 5, string? above = null, string? barcode = null)
    {
        return new(
            new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]), 1, name.ToLowerInvariant().Replace(' ', '-'), name, description, category,
            $"/pictures/{number}.svg",
            [
                .. from size in sizes
                   from colour in colours
                   select new VariantDocument(
                       $"SKU-{number}-{size}-{colour}".Replace(' ', '-'), size, colour, Money.Rupees(rupees),
                       before is { } higher ? Money.Rupees(higher) : null, available, barcode),
            // Two were published at one moment, and others a microsecond apart.
            ], Start.AddMicroseconds(number == 3 ? 5 : number))
        {
            Ancestors = above is null ? [] : [above],
        };
    }

    private sealed record Filters(
        string? Category = null, string? Size = null, string? Colour = null, long? MinPrice = null, long? MaxPrice = null,
        bool? InStock = null, SearchSort? Sort = null, string? Cursor = null, int Limit = 24);
}
