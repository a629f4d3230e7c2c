using Aarya.Features;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

/// <summary>Shoppers filter by material, reduction and the tree of categories, and find by barcode.</summary>
public sealed class MoreFiltersSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static int asked;

    private readonly CatalogueNews news = new(fixture.Host);

    private static string[] AllFacets => ["category", "size", "colour", "price", "material", "discount", "stock"];

    [Fact]
    public async Task a_product_is_found_by_each_of_its_materials_as_filter_and_as_word()
    {
        var kurta = await PublishAsync("Kurta", materials: ["Silk", "Cotton"]);
        var shirt = await PublishAsync("Shirt", materials: ["Cotton"]);
        await PublishAsync("Belt");

        Assert.Equal([kurta], Ids(await SearchAsync("&material=silk")));
        Assert.Equal([shirt, kurta], Ids(await SearchAsync("&material=Cotton&sort=newest")));
        Assert.Equal([shirt, kurta], Ids(await SearchAsync("&material=Silk&material=COTTON&sort=newest")));
        Assert.Equal([kurta], Ids(await SearchAsync("&material=Silk,Wool&sort=newest")));
        Assert.Empty((await SearchAsync("&material=Wool")).Items);
        Assert.Equal([kurta], Ids(await SearchAsync("", "silk")));
    }

    [Fact]
    public async Task a_reduction_counts_from_its_percent_on_and_by_the_variant_that_meets_all_filters()
    {
        var half = await PublishAsync("Kurta", before: 2_000);
        var tenth = await PublishAsync("Shirt", rupees: 900, before: 1_000);
        await PublishAsync("Belt");
        var mixed = news.Product("Stole", rupees: 1_000, sizes: ["S", "M"]);
        await news.TellAsync(mixed with
        {
            Variants = [mixed.Variants[0] with { CompareAtPrice = Money.Rupees(4_000) }, mixed.Variants[1]],
        });

        Assert.Equal([mixed.ProductId, tenth, half], Ids(await SearchAsync("&minDiscount=10&sort=newest")));
        Assert.Equal([mixed.ProductId, half], Ids(await SearchAsync("&minDiscount=11&sort=newest")));
        Assert.Equal([mixed.ProductId], Ids(await SearchAsync("&minDiscount=51&sort=newest")));
        Assert.Equal([half], Ids(await SearchAsync("&minDiscount=20&size=M&sort=newest")));
        var facet = (await SearchAsync("&minDiscount=75")).Facets.Single(x => x.Name == "discount");
        Assert.Equal(
            [new("10", 3), new("20", 2), new("30", 2), new("40", 2), new("50", 2), new("60", 1), new FacetValue("70", 1)], facet.Values);
    }

    [Fact]
    public async Task a_category_includes_its_parts_in_filters_counts_words_and_suggestions()
    {
        var (top, middle, part) = ($"women{news.Word}", $"ethnic{news.Word}", $"kurtas{news.Word}");
        var own = await PublishAsync("Scarf", top);
        var kurta = await PublishAsync("Kurta", part, ancestors: [middle, top]);
        await PublishAsync("Belt", $"men{news.Word}");

        Assert.Equal([kurta, own], Ids(await SearchAsync($"&category={top}&sort=newest")));
        Assert.Equal([kurta], Ids(await SearchAsync($"&category={middle}")));
        Assert.Equal([kurta, own], Ids(await SearchAsync($"&category={part},{top}&sort=newest")));
        Assert.Equal([kurta], Ids(await SearchAsync($"&category={top}&size=M&colour=Blue&inStock=true&material=&q={middle}")));
        foreach (var filter in new[] { "", "&size=M" })
        {
            var counts = (await SearchAsync(filter)).Facets.Single(x => x.Name == "category").Values
                .ToDictionary(x => x.Value, x => x.Count);
            Assert.Equal((2, 1, 1), (counts[top], counts[middle], counts[part]));
        }

        var suggested = (await Host.Scenario(x => x.Get.Url($"/api/search/suggest?q={top[..^2]}")))
            .ReadAsJson<Features.Search.Query.SuggestionPage>()!.Items.Where(x => x.Kind == "category").Select(x => x.Slug);
        Assert.Contains(top, suggested);
        var onlyPart = (await Host.Scenario(x => x.Get.Url($"/api/search/suggest?q={part}")))
            .ReadAsJson<Features.Search.Query.SuggestionPage>()!.Items.Where(x => x.Kind == "category").Select(x => x.Slug);
        Assert.DoesNotContain(top, onlyPart);
        var redirect = await Host.Scenario(x => x.Get.Url($"/api/search?q={top}"));
        Assert.Equal(top, redirect.ReadAsJson<SearchPage>()!.Redirect!.Category);
    }

    [Fact]
    public async Task a_product_that_moves_to_another_part_of_the_tree_is_found_there_only()
    {
        var (old, new_) = ($"old{news.Word}", $"new{news.Word}");
        var product = news.Product("Kurta", "kurtas") with { Ancestors = [old], TreeVersion = 4 };
        await news.TellAsync(product);
        Assert.Single((await SearchAsync($"&category={old}")).Items);

        // The same version: the product has not changed, its category has.
        await news.TellAsync(product with { Ancestors = [new_], TreeVersion = 5 });
        await HoldsAsync();
        // What was said before the move comes again, or late: a replay, a refill that had begun, a catalogue that does not count moves.
        await news.TellAsync(product);
        await news.TellAsync(product with { TreeVersion = null });
        await news.TellAsync(product with { Ancestors = null, TreeVersion = null });
        await HoldsAsync();
        await news.TellAsync(product with { Version = 2, Ancestors = [new_], TreeVersion = 5 });
        await news.TellAsync(product with { Ancestors = [old], TreeVersion = 6 });
        await HoldsAsync();

        async Task HoldsAsync()
        {
            Assert.Empty((await SearchAsync($"&category={old}")).Items);
            Assert.Single((await SearchAsync($"&category={new_}")).Items);
        }
    }

    [Fact]
    public async Task in_whatever_order_news_of_products_and_of_the_tree_comes_the_newest_wins()
    {
        var (old, new_) = ($"old{news.Word}", $"new{news.Word}");
        var product = news.Product("Kurta", "kurtas");
        ProductPublishedNotice[] told =
        [
            product with { Ancestors = [old], TreeVersion = 1 },
            product with { Ancestors = [new_], TreeVersion = 2 },
            product with { Version = 2, Ancestors = [old], TreeVersion = 1, Materials = ["Silk"] },
            product with { Version = 2, Ancestors = [new_], TreeVersion = 2, Materials = ["Silk"] },
        ];
        for (var round = 0; round < 5; round++)
        {
            Random.Shared.Shuffle(told);
            foreach (var item in told) await news.TellAsync(item);

            Assert.Empty((await SearchAsync($"&category={old}")).Items);
            Assert.Single((await SearchAsync($"&category={new_}&material=Silk")).Items);
        }
    }

    [Fact]
    public async Task what_an_older_catalogue_does_not_say_stays_as_it_was()
    {
        var above = $"women{news.Word}";
        var product = news.Product("Kurta", "kurtas");
        var barcode = Barcode(product.ProductId);
        var told = product with
        {
            Ancestors = [above],
            TreeVersion = 3,
            Materials = ["Silk"],
            Variants = [product.Variants[0] with { Barcode = barcode }],
        };
        await news.TellAsync(told);

        // As JSON of a program that has never heard of these fields.
        await news.TellAsync(product with { Version = 2, Name = $"Long Kurta {news.Word}" });
        await HoldsAsync();
        // The same for the catalogue that a refill asks.
        await Host.Services.GetRequiredService<ProductIndex>().IndexAsync(
            [
                new(
                    product.ProductId, 3, product.Slug, $"Long Kurta {news.Word}", "", "kurtas", "",
                    [new(product.Variants[0].Sku, "M", "Blue", Money.Rupees(999), null, 5, Barcode: null)], null)
                {
                    Ancestors = null,
                    Materials = null,
                },
            ], CancellationToken.None);
        await HoldsAsync();
        // Its move is known again as soon as the catalogue counts it.
        await news.TellAsync(told with { Version = 3, Name = $"Long Kurta {news.Word}" });
        await HoldsAsync();
        // Nothing is another statement than no statement.
        await news.TellAsync(told with
        {
            Version = 4,
            Ancestors = [],
            Materials = [],
            Variants = [product.Variants[0] with { Barcode = "" }],
        });
        Assert.Empty((await SearchAsync($"&category={above}")).Items);
        Assert.Empty((await SearchAsync("&material=Silk")).Items);
        Assert.NotEmpty((await SearchAsync("", barcode)).IgnoredWords);

        // Of another category, those above the former one are not above it.
        await news.TellAsync(told with { Version = 5 });
        await news.TellAsync(product with { Version = 6, Category = "shirts" });
        Assert.Empty((await SearchAsync($"&category={above}")).Items);
        Assert.Single((await SearchAsync("&category=shirts&material=Silk")).Items);

        async Task HoldsAsync()
        {
            foreach (var filter in new[] { $"&category={above}", "&material=Silk" })
                Assert.Equal($"Long Kurta {news.Word}", Assert.Single((await SearchAsync(filter)).Items).Name);
            foreach (var text in new[] { "silk", above, barcode }) Assert.Single((await SearchAsync("", text)).Items);
        }
    }

    [Fact]
    public async Task the_barcode_of_a_label_finds_its_product_first()
    {
        var product = news.Product("Kurta");
        var barcode = Barcode(product.ProductId);
        await news.TellAsync(product with { Variants = [product.Variants[0] with { Barcode = barcode }] });
        await news.PublishAsync("Belt", description: barcode);

        var page = (await Host.Scenario(x => x.Get.Url($"/api/search?q={barcode}"))).ReadAsJson<SearchPage>()!;

        Assert.Equal(product.ProductId, page.Items[0].Id);
        Assert.Equal(2, page.Total);
    }

    [Theory]
    [InlineData("8")]
    [InlineData("89")]
    [InlineData("890")]
    [InlineData("890123")]
    [InlineData("89012345678")]
    public async Task a_number_that_a_barcode_begins_with_does_not_find_its_product(string number)
    {
        var product = news.Product("Kurta");
        await news.TellAsync(product with { Variants = [product.Variants[0] with { Barcode = $"{number.PadRight(11, '0')}12" }] });
        var other = await news.PublishAsync($"Kurta {number}");

        Assert.Equal([other.ProductId], Ids(await SearchAsync("", number)));
        var whole = (await Host.Scenario(x => x.Get.Url($"/api/search?q={number}&limit={AnotherLimit()}"))).ReadAsJson<SearchPage>()!;
        Assert.DoesNotContain(product.ProductId, Ids(whole));
    }

    [Theory]
    [InlineData("036000291452", "036000291452")]
    [InlineData("036000291452", "0036000291452")]
    [InlineData("0036000291452", "036000291452")]
    [InlineData("00036000291452", "036000291452")]
    [InlineData("8901234567890", "08901234567890")]
    [InlineData("8901234567890", "8 901234 567890")]
    [InlineData("96385074", "9638 5074")]
    public async Task a_barcode_is_found_with_and_without_its_leading_zeros_and_spaces(string stored, string typed)
    {
        var product = news.Product("Kurta");
        await news.TellAsync(product with { Variants = [product.Variants[0] with { Barcode = stored }] });

        var page = (await Host.Scenario(x => x.Get.Url($"/api/search?q={Uri.EscapeDataString(typed)}&limit={AnotherLimit()}")))
            .ReadAsJson<SearchPage>()!;

        Assert.Contains(product.ProductId, Ids(page));
        Assert.Empty(page.IgnoredWords);
        Assert.Null(page.DidYouMean);
    }

    [Fact]
    public async Task a_category_is_suggested_for_its_own_words_only()
    {
        var (top, part) = ($"women{news.Word}", $"kurtas{news.Word}");
        // All products of the upper category are of its part.
        await PublishAsync("Kurta", part, ancestors: [top]);

        Assert.Equal([part], await SuggestedAsync(part));
        Assert.Equal([top], await SuggestedAsync(top));

        async Task<IEnumerable<string>> SuggestedAsync(string text) =>
            (await Host.Scenario(x => x.Get.Url($"/api/search/suggest?q={text}")))
                .ReadAsJson<Features.Search.Query.SuggestionPage>()!.Items.Where(x => x.Kind == "category").Select(x => x.Slug);
    }

    [Fact]
    public async Task every_facet_that_is_asked_for_counts_what_choosing_it_would_show()
    {
        await PublishAsync("Oxford", "shirts", 1_299, 1_999, ["Cotton"]);
        await PublishAsync("Poplin", "shirts", 2_499, 2_999, ["Cotton", "Linen"], available: 0);
        await PublishAsync("Chino", "trousers", 899, null, ["Linen"]);
        await PublishAsync("Cargo", "trousers", 5_999, 8_999, ["Wool"]);

        foreach (var already in new[]
        {
            "", "&material=Linen", "&minDiscount=20", "&inStock=true", "&category=shirts&material=Cotton",
            "&minPrice=100000&minDiscount=10&inStock=true",
        })
        {
            var page = await SearchAsync($"{already}&facets=material,discount&facets=stock");
            Assert.Equal(AllFacets, page.Facets.Select(x => x.Name));
            foreach (var facet in page.Facets.Where(x => x.Name is "category" or "material" or "discount" or "stock"))
            {
                Assert.NotEmpty(facet.Values);
                foreach (var value in facet.Values)
                {
                    var parameter = facet.Name switch { "discount" => "minDiscount", "stock" => "inStock", var name => name };
                    var others = string.Concat(already.Split('&', StringSplitOptions.RemoveEmptyEntries)
                        .Where(x => !x.StartsWith($"{parameter}=", StringComparison.Ordinal)).Select(x => $"&{x}"));
                    var chosen = facet.Name == "stock" ? "true" : value.Value;
                    Assert.Equal(value.Count, (await SearchAsync($"{others}&{parameter}={chosen}")).Total);
                }
            }
        }

        Assert.Equal([.. AllFacets[..4], "material"], (await SearchAsync("&material=Linen")).Facets.Select(x => x.Name));
        Assert.Equal(AllFacets[..4], (await SearchAsync("")).Facets.Select(x => x.Name));
    }

    [Fact]
    public async Task filters_and_facets_by_grpc_mean_the_same()
    {
        await PublishAsync("Kurta", materials: ["Silk"], before: 2_000);
        await PublishAsync("Shirt", materials: ["Cotton"]);
        var search = Host.Services.GetRequiredService<global::Aarya.Protos.Search.Search.SearchClient>();

        var found = await search.SearchProductsAsync(
            new() { Query = news.Word, Material = { "Silk" }, MinDiscount = 10, Facets = { "stock" } });

        Assert.Equal(1, found.Total);
        Assert.Equal(AllFacets, found.Facets.Select(x => x.Name));
    }

    [Theory]
    [InlineData("minDiscount=0", "minDiscount")]
    [InlineData("minDiscount=100", "minDiscount")]
    [InlineData("minDiscount=half", "minDiscount")]
    [InlineData("material={long}", "material")]
    [InlineData("material=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", "material")]
    [InlineData("facets=brand", "facets")]
    [InlineData("facets=material,%00", "facets")]
    public async Task a_filter_that_means_nothing_is_refused_by_name(string query, string field)
    {
        var response = await Host.Scenario(x =>
        {
            x.Get.Url($"/api/search?{query.Replace("{long}", new string('a', 101), StringComparison.Ordinal)}");
            x.StatusCodeShouldBe(400);
        });

        Assert.Contains($"\"{field}\":[", response.ReadAsText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("relevance")]
    [InlineData("price_asc")]
    [InlineData("price_desc")]
    [InlineData("newest")]
    [InlineData("discount")]
    public async Task what_does_not_change_is_on_one_page_although_others_come_go_and_change_between_the_pages(string sort)
    {
        List<Guid> stable = [];
        List<ProductPublishedNotice> changing = [];
        for (var i = 0; i < 12; i++)
        {
            stable.Add(await PublishAsync("Kurta", rupees: 1_000 + (i / 3 * 100), before: 2_000));
            changing.Add(await news.PublishAsync("Kurta", rupees: 1_000 + (i / 3 * 100)));
        }

        List<Guid> seen = [];
        string? cursor = null;
        for (var at = 0; at == 0 || cursor is not null; at++)
        {
            var page = (await Host.Scenario(x => x.Get.Url($"/api/search?q=kurta%20{news.Word}&sort={sort}&limit=5&cursor={cursor}")))
                .ReadAsJson<SearchPage>()!;
            seen.AddRange(page.Items.Select(x => x.Id));
            cursor = page.NextCursor;
            if (at >= 4) continue;
            var changed = changing[at];
            await news.TellAsync(new ProductWithdrawnNotice(changed.ProductId, 2));
            await news.PublishAsync("Kurta", rupees: 1_000 + (at * 100));
            var dearer = changing[11 - at];
            await news.TellAsync(dearer with { Version = 2, Variants = [dearer.Variants[0] with { Price = Money.Rupees(9_000) }] });
            await news.StockAsync(changing[6 + at].Variants[0], changing[6 + at].ProductId, 0, 5);
        }

        Assert.Equal(stable.Order(), seen.Where(stable.Contains).Order());
    }

    private static string Barcode(Guid product) => $"890{Math.Abs(product.GetHashCode()):D10}";

    private async Task<Guid> PublishAsync(
        string name, string category = "shirts", long rupees = 1_000, long? before = null, string[]? materials = null,
        string[]? ancestors = null, int available = 5)
    {
        var product = news.Product(name, category, rupees, available: available);
        await news.TellAsync(product with
        {
            Materials = materials,
            Ancestors = ancestors,
            Variants = [.. product.Variants.Select(x => x with { CompareAtPrice = before is { } was ? Money.Rupees(was) : null })],
        });
        return product.ProductId;
    }

    private static IEnumerable<Guid> Ids(SearchPage page) => page.Items.Select(x => x.Id);

    private async Task<SearchPage> SearchAsync(string filters, string text = "") =>
        (await Host.Scenario(x => x.Get.Url(
            filters.Contains("&q=", StringComparison.Ordinal)
                ? $"/api/search?limit={AnotherLimit()}{filters}"
                : $"/api/search?q={$"{text} {news.Word}".Trim()}&limit={AnotherLimit()}{filters}"))).ReadAsJson<SearchPage>()!;

    // The answer to the same request is kept for a second.
    private static int AnotherLimit() => 60 + (Interlocked.Increment(ref asked) % 40);
}
