using System.Buffers.Text;
using System.Text;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Query;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

[StoryOf(typeof(DeleteSynonymsEndpoint), typeof(ListSynonymsEndpoint), typeof(SetSynonymsEndpoint), typeof(SearchProductsEndpoint),
    typeof(SuggestProductsEndpoint))]
public sealed class SearchProductsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    [Theory]
    [InlineData("linen shirt")]
    [InlineData("SHIRTS linen")]
    [InlineData("lin")]
    [InlineData("the shirt of linen")]
    [InlineData("blue shirt")]
    [InlineData("breathes")]
    [InlineData("breathing")]
    public async Task a_product_is_found_by_its_words_their_forms_and_their_beginnings(string typed)
    {
        var shirt = await news.PublishAsync("Linen Shirt", colours: ["Blue", "White"], description: "Breathes in summer");

        var page = await SearchAsync($"{typed} {news.Word}");

        Assert.Equal(shirt.ProductId, Assert.Single(page.Items).Id);
        Assert.Null(page.DidYouMean);
    }

    [Theory]
    [InlineData("linnen")]
    [InlineData("lnien")]
    [InlineData("linen shrit")]
    [InlineData("linen zzzzzzzz")]
    public async Task a_slip_of_the_finger_finds_what_was_meant_and_says_so(string typed)
    {
        var shirt = await news.PublishAsync("Linen Shirt");

        var page = await SearchAsync($"{typed} {news.Word}");

        Assert.Equal(shirt.ProductId, Assert.Single(page.Items).Id);
        Assert.Equal(typed switch { "linen shrit" => $"linen shirt {news.Word}", _ => $"linen {news.Word}" }, page.DidYouMean);
    }

    [Fact]
    public async Task a_name_weighs_more_than_a_description()
    {
        var described = await news.PublishAsync("Jacket", description: "Goes well over a kurta");
        var named = await news.PublishAsync("Kurta");

        var page = await SearchAsync($"kurta {news.Word}");

        Assert.Equal([named.ProductId, described.ProductId], page.Items.Select(x => x.Id));
    }

    [Fact]
    public async Task every_facet_counts_what_choosing_it_would_show()
    {
        await news.PublishAsync("Oxford", "shirts", 1_299, ["S", "M", "XL"], ["Blue", "White"]);
        await news.PublishAsync("Poplin", "shirts", 2_499, ["M"], ["White"], available: 0);
        await news.PublishAsync("Chino", "trousers", 899, ["M", "L"], ["Blue"]);
        await news.PublishAsync("Cargo", "trousers", 5_999, ["L"], ["Olive"]);

        foreach (var already in new[]
        {
            "",
            "&size=M",
            "&colour=blue,white",
            "&category=trousers",
            "&inStock=true",
            "&minPrice=100000&maxPrice=300000",
            "&size=L&colour=olive",
        })
        {
            var page = await SearchAsync(news.Word, already);
            Assert.Equal(page.Total, page.Items.Count);
            foreach (var facet in page.Facets)
            {
                foreach (var value in facet.Values)
                {
                    var bounds = value.Value.Split('-');
                    var filter = facet.Name == "price"
                        ? $"&minPrice={bounds[0]}{(bounds[1].Length > 0 ? $"&maxPrice={bounds[1]}" : "")}"
                        : $"&{facet.Name}={value.Value}";
                    var others = string.Concat(already.Split('&', StringSplitOptions.RemoveEmptyEntries)
                        .Where(x => facet.Name == "price"
                            ? !x.Contains("Price", StringComparison.Ordinal)
                            : !x.StartsWith($"{facet.Name}=", StringComparison.Ordinal)).Select(x => $"&{x}"));
                    Assert.Equal(value.Count, (await SearchAsync(news.Word, others + filter)).Total);
                }
            }
        }

        var all = await SearchAsync(news.Word);
        Assert.Equal(4, all.Total);
        Assert.Equal(all.Total, all.Facets.Single(x => x.Name == "category").Values.Sum(x => x.Count));
        Assert.Equal(["S", "M", "L", "XL"], all.Facets.Single(x => x.Name == "size").Values.Select(x => x.Value));
        Assert.Equal(["50000-99999", "100000-199999", "200000-499999", "500000-"],
            all.Facets.Single(x => x.Name == "price").Values.Select(x => x.Value));
    }

    [Fact]
    public async Task filters_are_met_by_one_and_the_same_variant()
    {
        var product = news.Product("Oxford", sizes: ["S", "L"], colours: ["Blue"]);
        await news.TellAsync(product);
        await news.StockAsync(product.Variants.Single(x => x.Size == "L"), product.ProductId, 0, 1);

        Assert.Equal(1, (await SearchAsync(news.Word, "&size=S&inStock=true")).Total);
        Assert.Equal(0, (await SearchAsync(news.Word, "&size=L&inStock=true")).Total);
        Assert.False(Assert.Single((await SearchAsync(news.Word, "&size=L")).Items).InStock);
    }

    [Theory]
    [InlineData("price_asc")]
    [InlineData("price_desc")]
    [InlineData("newest")]
    [InlineData("relevance")]
    public async Task pages_follow_one_another_without_gap_or_repetition(string sort)
    {
        var products = new List<ProductPublishedNotice>();
        for (var i = 0; i < 11; i++)
            products.Add(await news.PublishAsync(i % 2 == 0 ? "Kurta" : "Kurta Kurta", rupees: 1_000 + i / 3 * 100));
        List<ProductHit> seen = [];
        var cursor = "";
        do
        {
            var page = await SearchAsync($"kurta {news.Word}", $"&sort={sort}&limit=3&cursor={cursor}");
            Assert.Equal(11, page.Total);
            seen.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(products.Select(x => x.ProductId).Order(), seen.Select(x => x.Id).Order());
        if (sort == "price_asc") Assert.Equal(seen.Select(x => x.Price.Minor).Order(), seen.Select(x => x.Price.Minor));
        if (sort == "price_desc") Assert.Equal(seen.Select(x => x.Price.Minor).OrderDescending(), seen.Select(x => x.Price.Minor));
        if (sort == "newest") Assert.Equal(products.Select(x => x.ProductId).Reverse(), seen.Select(x => x.Id));
    }

    [Fact]
    public async Task a_typo_can_be_paged_through_like_anything_else()
    {
        for (var i = 0; i < 3; i++) await news.PublishAsync("Dhoti");

        var first = await SearchAsync($"dohti {news.Word}", "&limit=2");
        var second = await SearchAsync($"dohti {news.Word}", $"&limit=2&cursor={first.NextCursor}");

        Assert.Equal(3, first.Items.Concat(second.Items).DistinctBy(x => x.Id).Count());
        Assert.Equal($"dhoti {news.Word}", second.DidYouMean);
    }

    [Theory]
    [InlineData("")]
    [InlineData("&sort=price_asc")]
    public async Task a_search_without_a_word_goes_on_without_it_when_a_product_comes_that_has_it(string sort)
    {
        var rare = new CatalogueNews(Host).Word;
        var typed = $"kurta {rare} {news.Word}";
        List<ProductPublishedNotice> products = [];
        for (var i = 0; i < 5; i++) products.Add(await news.PublishAsync("Kurta", rupees: 1_000 + i));
        var page = await SearchAsync(typed, $"&limit=2{sort}");
        Assert.Equal([rare], page.IgnoredWords);
        List<ProductHit> seen = [.. page.Items];

        var late = await news.PublishAsync($"Kurta {rare}", rupees: 900);
        await Eventually.HoldsAsync("a new search finds the word", async () => (await SearchAsync(typed, "&limit=3")).Total == 1);
        while (page.NextCursor is { } cursor)
        {
            page = await SearchAsync(typed, $"&limit=2{sort}&cursor={cursor}");
            seen.AddRange(page.Items);
        }

        // The new one may be on a later page.
        Assert.Equal(products.Select(x => x.ProductId).Order(), seen.Select(x => x.Id).Where(x => x != late.ProductId).Order());
        Assert.Equal([rare], page.IgnoredWords);
    }

    [Theory]
    // The price was left out, because nothing cost so little; then something does.
    [InlineData("kurta under 500", 0, "x", 400)]
    // It was a filter; then a product has the number in its name.
    [InlineData("kurta under 5000", 0, "Kurta under 5000", 9_000)]
    // It was part of a name; then the product is gone.
    [InlineData("kurta under 5000", 1, "Kurta under 5000", 9_000)]
    // The text is only a price.
    [InlineData("under 6100", 0, "x under 6100", 9_000)]
    public async Task a_price_in_the_text_means_the_same_on_all_pages(string price, int named, string name, int rupees)
    {
        var typed = price.StartsWith("under", StringComparison.Ordinal) ? price : $"{price} {news.Word}";
        var size = news.Word;
        List<ProductPublishedNotice> products = [];
        for (var i = 0; i < 5; i++)
            products.Add(await news.PublishAsync(named == 1 ? $"Kurta under 5000 {i}" : "Kurta", rupees: 1_000 + i, sizes: [size]));
        var first = await SearchAsync(typed, $"&limit=2&size={size}");
        List<ProductHit> seen = [.. first.Items];
        var page = first;

        if (named == 1)
        {
            // No name has the number any longer.
            foreach (var product in products.Where(x => seen.TrueForAll(y => y.Id != x.ProductId)))
                await news.TellAsync(product with { Version = 2, Name = $"Kurta {news.Word}" });
        }
        else
        {
            await news.PublishAsync(name, rupees: rupees, sizes: [size]);
        }

        while (page.NextCursor is { } cursor)
        {
            page = await SearchAsync(typed, $"&limit=2&size={size}&cursor={cursor}");
            seen.AddRange(page.Items);
            Assert.Equal(first.IgnoredWords, page.IgnoredWords);
        }

        var expected = named == 1 ? first.Items.Select(x => x.Id) : products.Select(x => x.ProductId);
        Assert.Equal(expected.Order(), seen.Select(x => x.Id).Where(x => products.Exists(y => y.ProductId == x)).Order());
        Assert.Equal(price == "kurta under 500" ? ["under 500"] : [], first.IgnoredWords);
    }

    [Fact]
    public async Task without_a_text_and_an_order_what_is_sold_out_comes_last_page_by_page()
    {
        List<ProductPublishedNotice> products = [];
        for (var i = 0; i < 7; i++) products.Add(await news.PublishAsync("Kurta", colours: [news.Word], available: i % 3));
        var inOrder = products.AsEnumerable().Reverse().OrderBy(x => x.Variants[0].Available == 0).Select(x => x.ProductId).ToList();

        Assert.Equal(inOrder, await BrowseAsync(""));
        Assert.Equal(inOrder, await BrowseAsync("&sort=relevance"));
        Assert.Equal(products.AsEnumerable().Reverse().Select(x => x.ProductId), await BrowseAsync("&sort=newest"));
        Assert.Equal(inOrder[..4], await BrowseAsync("&inStock=true"));
        // A cursor of another order, or of an older program, goes on in the order of its page.
        var newest = await SearchAsync("", $"&colour={news.Word}&sort=newest&limit=3");
        Assert.Equal(
            products.AsEnumerable().Reverse().Skip(3).Select(x => x.ProductId),
            (await SearchAsync("", $"&colour={news.Word}&cursor={newest.NextCursor}")).Items.Select(x => x.Id));

        async Task<List<Guid>> BrowseAsync(string filters)
        {
            List<Guid> seen = [];
            for (var cursor = ""; cursor is not null;)
            {
                var page = await SearchAsync("", $"&colour={news.Word}&limit=2{filters}&cursor={cursor}");
                seen.AddRange(page.Items.Select(x => x.Id));
                cursor = page.NextCursor;
            }

            return seen;
        }
    }

    [Fact]
    public async Task a_page_of_elasticsearch_goes_on_in_postgresql_without_gap_or_repetition()
    {
        for (var i = 0; i < 7; i++) await news.PublishAsync("Kurta", available: i % 2, description: i % 3 == 0 ? "A kurta" : "");
        var all = (await SearchAsync($"kurta {news.Word}", "&limit=50")).Items.Select(x => x.Id).ToList();

        for (var i = 0; i < all.Count; i++)
        {
            // Its ranks are other numbers, and 100 more for what is in stock.
            var cursor = CursorOfElasticsearch(i < 3 ? 1_102.5f : 1_002.5f, all[i]);
            var next = await SearchAsync($"kurta {news.Word}", $"&limit=50&cursor={cursor}");
            Assert.Equal(all[(i + 1)..], next.Items.Select(x => x.Id));
        }

        // The last product of the page is no longer on sale: about where it was.
        var gone = CursorOfElasticsearch(1_050, Guid.NewGuid());
        Assert.Equal(all[3..], (await SearchAsync($"kurta {news.Word}", $"&limit=50&cursor={gone}")).Items.Select(x => x.Id));
    }

    [Fact]
    public async Task a_page_of_elasticsearch_that_ended_with_a_size_that_is_sold_out_goes_on_with_such_products()
    {
        for (var i = 0; i < 2; i++) await news.PublishAsync("Kurta", sizes: ["M", "L"]);
        List<ProductPublishedNotice> partly = [];
        for (var i = 0; i < 2; i++)
        {
            var product = news.Product("Kurta", sizes: ["M", "L"]);
            partly.Add(product with { Variants = [product.Variants[0] with { Available = 0 }, product.Variants[1]] });
            await news.TellAsync(partly[i]);
        }

        // The rank of a sold-out product whose whole name is the text.
        var cursor = CursorOfElasticsearch(1_002.5f, partly[1].ProductId);
        var next = await SearchAsync($"kurta {news.Word}", $"&size=M&cursor={cursor}");

        Assert.Equal([partly[0].ProductId], next.Items.Select(x => x.Id));
    }

    private static SearchCursor CursorOfElasticsearch(float rank, Guid id) =>
        new(SearchSort.Relevance, SearchCursor.KeyOf(rank), id) { IsOfElasticsearch = true };

    [Fact]
    public async Task a_made_up_cursor_is_refused_or_finds_what_it_says()
    {
        await news.PublishAsync("Kurta");
        Random random = new(1);
        string[] texts =
        [
            "\n\nName", "\n\n9", "\n\nNone\nName",
            "\n", "kurta\n", "\nkurta", "kurta shirt\ndress", "kurta", "\ud83d\udc57\n\ud83d\udc57", "a\nb\nc", new('k', 500), "",
        ];
        List<int> seen = [];
        for (var i = 0; i < 300; i++)
        {
            var head = new byte[25 + (i % 2 * 8) + 2];
            random.NextBytes(head);
            // The order of relevance with a finite rank, with and without the bits that say what follows.
            (head[0], head[1], head[2]) = ((byte)(i % 4 << 3), 0x3f, 0x80);
            var cursor = Base64Url.EncodeToString([.. head, .. Encoding.UTF8.GetBytes(texts[i % texts.Length])]);
            var answer = await Host.Scenario(x =>
            {
                x.Get.Url($"/api/search?q=kurta%20{news.Word}%20zzz&cursor={cursor}");
                x.IgnoreStatusCode();
            });
            seen.Add(answer.Context.Response.StatusCode);
        }

        Assert.All(seen, x => Assert.True(x is 200 or 400, $"{x}"));
        Assert.Contains(200, seen);
        Assert.Contains(400, seen);
    }

    [Theory]
    [InlineData("q=%00", "q")]
    [InlineData("q={long}", "q")]
    [InlineData("category={long}", "category")]
    [InlineData("size=1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21", "size")]
    [InlineData("colour={long}", "colour")]
    [InlineData("minPrice=-1", "minPrice")]
    [InlineData("minPrice=ten", "minPrice")]
    [InlineData("maxPrice=-1", "maxPrice")]
    [InlineData("minPrice=2&maxPrice=1", "maxPrice")]
    [InlineData("minPrice=99999999999999999999", "minPrice")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("sort=random", "sort")]
    [InlineData("inStock=maybe", "inStock")]
    [InlineData("cursor=x", "cursor")]
    [InlineData("cursor=!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!", "cursor")]
    [InlineData("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA&sort=newest", "cursor")]
    [InlineData("cursor=____________________________________", "cursor")]
    public async Task what_cannot_be_searched_for_is_refused_by_name(string query, string field)
    {
        var response = await Host.Scenario(x =>
        {
            x.Get.Url($"/api/search?{query.Replace("{long}", new string('a', 201), StringComparison.Ordinal)}");
            x.StatusCodeShouldBe(400);
            x.ContentTypeShouldBe("application/problem+json");
        });

        Assert.Contains($"\"{field}\":[", response.ReadAsText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("' or 1=1 --")]
    [InlineData("& | ! ( ) :* <->")]
    [InlineData("\"linen")]
    [InlineData("a:b:*")]
    [InlineData("%_\\")]
    [InlineData("ﷺ")]
    [InlineData("👕")]
    [InlineData("नीला कुर्ता")]
    public async Task what_looks_like_syntax_is_only_words(string typed)
    {
        var page = await SearchAsync(typed);

        Assert.True(page.Total >= 0);
        Assert.Equal(["category", "size", "colour", "price"], page.Facets.Select(x => x.Name));
    }

    [Fact]
    public async Task suggestions_name_shelves_and_products_and_forgive_slips()
    {
        var shelf = $"shelf{news.Word}";
        var product = await news.PublishAsync("Bandhgala", shelf);

        var suggested = await SuggestAsync(shelf[..10]);
        Assert.Contains(suggested, x => x == new Suggestion("category", shelf, shelf));
        Assert.Contains(await SuggestAsync($"bandh {news.Word}"), x => x.Slug == product.Slug);
        Assert.Contains(await SuggestAsync($"bandhglaa {news.Word}"), x => x.Slug == product.Slug);
        await Host.Scenario(x => { x.Get.Url("/api/search/suggest"); x.StatusCodeShouldBe(400); });
        await Host.Scenario(x => { x.Get.Url($"/api/search/suggest?q={new string('a', 201)}"); x.StatusCodeShouldBe(400); });
        await Host.Scenario(x => { x.Get.Url("/api/search/suggest?q=a&limit=21"); x.StatusCodeShouldBe(400); });
    }

    [Fact]
    public async Task a_search_that_nothing_changed_is_a_304()
    {
        await news.PublishAsync("Sherwani");
        var first = await Host.Scenario(x => x.Get.Url($"/api/search?q={news.Word}"));
        var tag = first.Context.Response.Headers.ETag.ToString();

        await Host.Scenario(x =>
        {
            x.Get.Url($"/api/search?q={news.Word}");
            x.WithRequestHeader("If-None-Match", tag);
            x.StatusCodeShouldBe(304);
        });
    }

    [Fact]
    public async Task a_merchandiser_teaches_search_what_shoppers_call_a_thing()
    {
        var product = await news.PublishAsync("Trousers");
        var term = $"pants{news.Word}";
        var merchandiser = await Host.TokenFor("merchandiser");

        string[] meaning = ["Trousers"];
        await Host.Scenario(x =>
        {
            x.Put.Json(new { words = meaning }).ToUrl($"/api/admin/synonyms/{term}");
            x.WithBearerToken(merchandiser);
        });

        Assert.Equal(product.ProductId, Assert.Single((await SearchAsync($"{term} {news.Word}")).Items).Id);
        Assert.Contains(term,
            (await Host.Scenario(x => { x.Get.Url("/api/admin/synonyms"); x.WithBearerToken(merchandiser); })).ReadAsText(),
            StringComparison.Ordinal);
        await Host.Scenario(x =>
        {
            x.Delete.Url($"/api/admin/synonyms/{term}");
            x.WithBearerToken(merchandiser);
            x.StatusCodeShouldBe(204);
        });
        Assert.DoesNotContain(term,
            (await Host.Scenario(x => { x.Get.Url("/api/admin/synonyms"); x.WithBearerToken(merchandiser); })).ReadAsText(),
            StringComparison.Ordinal);
        foreach (var words in new[] { [], new[] { "two words" }, [""], [.. Enumerable.Repeat("a", 21)] })
            await Host.Scenario(x =>
            {
                x.Put.Json(new { words }).ToUrl($"/api/admin/synonyms/{term}");
                x.WithBearerToken(merchandiser);
                x.StatusCodeShouldBe(400);
            });
        var customer = await Host.TokenFor("customer");
        await Host.Scenario(x => { x.Get.Url("/api/admin/synonyms"); x.WithBearerToken(customer); x.StatusCodeShouldBe(403); });
    }

    private async Task<SearchPage> SearchAsync(string text, string filters = "") =>
        (await Host.Scenario(x => x.Get.Url($"/api/search?q={Uri.EscapeDataString(text)}{filters}"))).ReadAsJson<SearchPage>()!;

    private async Task<IReadOnlyList<Suggestion>> SuggestAsync(string text) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search/suggest?q={Uri.EscapeDataString(text)}"))).ReadAsJson<SuggestionPage>()!.Items;
}
