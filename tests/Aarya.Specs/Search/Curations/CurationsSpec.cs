using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Curations;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Query;
using Aarya.Features.Search.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Search.Curations;

/// <summary>Merchandisers set which products a query shows first, which it hides, and where it redirects the shopper.</summary>
[StoryOf(typeof(SetCurationEndpoint), typeof(ListCurationsEndpoint), typeof(DeleteCurationEndpoint))]
public sealed class CurationsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    private string Query => $"kurta {news.Word}";

    [Fact]
    public async Task pinned_products_come_first_in_their_order_and_page_by_page_whatever_they_are_called()
    {
        var (one, other) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"));
        var belt = await new CatalogueNews(Host).PublishAsync("Belt");
        var soldOut = await new CatalogueNews(Host).PublishAsync("Belt", available: 0);
        await CurateAsync(new { pinned = new[] { belt.ProductId, soldOut.ProductId, one.ProductId } });

        List<Guid> seen = [];
        string? cursor = null;
        do
        {
            var page = await SearchAsync($"&limit=1&cursor={cursor}");
            Assert.Equal(3, page.Total);
            seen.AddRange(page.Items.Select(x => x.Id));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal([belt.ProductId, one.ProductId, other.ProductId], seen);
    }

    [Fact]
    public async Task of_categories_with_the_same_words_a_query_redirects_to_the_one_that_it_is_spelled_like()
    {
        var (mens, shirts) = ($"tops-{news.Word}", $"{news.Word}-tops");
        await news.PublishAsync("Kurta", mens);
        await news.PublishAsync("Kurta", shirts);

        Assert.Equal(mens, (await RedirectAsync($"tops {news.Word}"))?.Category);
        Assert.Equal(shirts, (await RedirectAsync($"{news.Word} tops"))?.Category);
        // It says neither: the items are of both.
        Assert.Null(await RedirectAsync($"{news.Word} top"));

        async Task<SearchRedirect?> RedirectAsync(string text) =>
            (await Host.Scenario(x => x.Get.Url($"/api/search?q={Uri.EscapeDataString(text)}"))).ReadAsJson<SearchPage>()!.Redirect;
    }

    [Fact]
    public async Task pinned_products_must_meet_the_filters_and_change_no_other_order()
    {
        var (blue, red) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta", colours: ["Red"]));
        var belt = await new CatalogueNews(Host).PublishAsync("Belt", colours: ["Red"]);
        await CurateAsync(new { pinned = new[] { belt.ProductId } });

        Assert.Equal([blue.ProductId], (await SearchAsync("&colour=Blue")).Items.Select(x => x.Id));
        Assert.Equal([belt.ProductId, red.ProductId], (await SearchAsync("&colour=Red")).Items.Select(x => x.Id));
        Assert.Equal([red.ProductId, blue.ProductId], (await SearchAsync("&sort=newest")).Items.Select(x => x.Id));
    }

    [Fact]
    public async Task a_pinned_product_of_which_only_other_sizes_are_in_stock_comes_last()
    {
        var other = await news.PublishAsync("Kurta", sizes: ["S"]);
        var pinned = await news.PublishAsync("Kurta", sizes: ["S", "M"]);
        await news.StockAsync(pinned.Variants.Single(x => x.Size == "S"), pinned.ProductId, 0, 2);
        await CurateAsync(new { pinned = new[] { pinned.ProductId } });

        Assert.Equal([pinned.ProductId, other.ProductId], (await SearchAsync("")).Items.Select(x => x.Id));
        Assert.Equal([other.ProductId, pinned.ProductId], (await SearchAsync("&size=S")).Items.Select(x => x.Id));
    }

    [Fact]
    public async Task a_query_that_finds_nothing_by_itself_shows_the_pinned_product_before_what_it_finds_with_fewer_words()
    {
        var kurta = await news.PublishAsync("Kurta");
        var belt = await new CatalogueNews(Host).PublishAsync("Belt");
        var query = $"{Query} umbrella";
        await CurateAsync(new { pinned = new[] { belt.ProductId } }, query);

        var page = await SearchAsync("", query);

        Assert.Equal([belt.ProductId, kurta.ProductId], page.Items.Select(x => x.Id).Take(2));
        Assert.Equal(["umbrella"], page.IgnoredWords);
    }

    [Fact]
    public async Task a_typo_has_the_curation_of_what_was_meant()
    {
        var (shown, hidden) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"));
        await CurateAsync(new { hidden = new[] { hidden.ProductId }, redirect = new { path = "/sale" } });

        var page = await SearchAsync("", $"kurrta {news.Word}");

        Assert.Equal([shown.ProductId], page.Items.Select(x => x.Id));
        Assert.Equal((Query, "/sale"), (page.DidYouMean, page.Redirect?.Path));
    }

    [Fact]
    public async Task suggestions_for_a_query_and_its_typo_show_none_of_the_products_that_it_hides()
    {
        var (shown, hidden) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"));
        await CurateAsync(new { hidden = new[] { hidden.ProductId } });

        foreach (var typed in new[] { Query, $"{news.Word} kurtas", $"kurrta {news.Word}" })
            Assert.Equal([shown.Slug], await SuggestedAsync(typed));
        Assert.Equal(2, (await SuggestedAsync(news.Word)).Count());

        // What the typed words hide stays hidden when they are corrected.
        await CurateAsync(new { hidden = new[] { shown.ProductId } }, $"kurrta {news.Word}");
        Assert.Empty(await SuggestedAsync($"kurrta {news.Word}"));

        async Task<IEnumerable<string>> SuggestedAsync(string typed) =>
            (await Host.Scenario(x => x.Get.Url($"/api/search/suggest?q={Uri.EscapeDataString(typed)}"))).ReadAsJson<SuggestionPage>()!
                .Items.Where(x => x.Kind == "product").Select(x => x.Slug);
    }

    [Fact]
    public async Task a_query_with_a_slash_is_curated_like_others()
    {
        var (one, _) = (await news.PublishAsync("Kurta 50/50"), await news.PublishAsync("Kurta 50/50"));
        await CurateAsync(new { pinned = new[] { one.ProductId } }, $"50/50 {news.Word}");

        Assert.Equal(one.ProductId, (await SearchAsync("", $"50/50 {news.Word}")).Items[0].Id);
        Assert.Contains(await ListAsync(await Host.TokenFor("merchandiser")), x => x.Query == $"50/50 {news.Word}");
    }

    [Fact]
    public async Task hidden_products_are_not_found_nor_counted_by_this_query_in_any_order()
    {
        var (shown, hidden) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta", category: $"category-{news.Word}"));
        await CurateAsync(new { hidden = new[] { hidden.ProductId } });

        foreach (var filters in new[] { "", "&sort=newest", "&colour=Blue" })
        {
            var page = await SearchAsync(filters);
            Assert.Equal([shown.ProductId], page.Items.Select(x => x.Id));
            Assert.Equal(1, page.Total);
            Assert.Equal(["shirts"], page.Facets[0].Values.Select(x => x.Value));
        }

        Assert.Equal(2, (await SearchAsync("", news.Word)).Total);
    }

    [Fact]
    public async Task a_curation_holds_for_the_same_words_in_any_order_and_number_until_it_is_deleted()
    {
        var (one, _) = (await news.PublishAsync("Kurta"), await news.PublishAsync("Kurta"));
        await CurateAsync(new { pinned = new[] { one.ProductId } });

        foreach (var same in new[] { $"{news.Word} KURTAS", $"the kurta, {news.Word}" })
            Assert.Equal(one.ProductId, (await SearchAsync("", same)).Items[0].Id);

        var admin = await Host.TokenFor("merchandiser");
        Assert.Contains(await ListAsync(admin), x => x.Query == Query);
        await Host.Scenario(x =>
        {
            x.Delete.Url($"/api/admin/curations/{Query}");
            x.WithBearerToken(admin);
            x.StatusCodeShouldBe(204);
        });
        await KnownAsync();
        Assert.DoesNotContain(await ListAsync(admin), x => x.Query == Query);
        Assert.NotEqual(one.ProductId, (await SearchAsync("&limit=50")).Items[0].Id);
    }

    [Fact]
    public async Task a_curation_of_older_rules_holds_and_is_stored_under_the_key_of_today()
    {
        var product = await news.PublishAsync("Kurta");
        var query = $"free size {news.Word}";
        var pinned = $"array['{product.ProductId}'::uuid]";
        // The second one was set for the same words when the rules had changed already.
        await SqlAsync($"insert into search.curation values ('fre old {news.Word}', '{query}', '{{}}', {pinned}, null, null)");
        await SqlAsync(
            $"insert into search.curation values ('{CurationView.KeyOf($"one {query}")}', 'one {query}', {pinned}, '{{}}', null, null)");
        await SqlAsync($"insert into search.curation values ('old one {news.Word}', 'one {query}', '{{}}', {pinned}, null, null)");
        var known = Host.Services.GetRequiredService<KnownCurations>();
        await known.ReadAsync(CancellationToken.None);
        Assert.Equal([product.ProductId], known.Of($"{news.Word} freesize")!.Hidden);

        await known.StoreKeysAgainAsync(CancellationToken.None);

        await known.ReadAsync(CancellationToken.None);
        Assert.Equal([product.ProductId], known.Of($"{news.Word} freesize")!.Hidden);
        Assert.Equal([product.ProductId], known.Of($"one {query}")!.Pinned);
        foreach (var text in new[] { query, $"one {query}" })
        {
            var merchandiser = await Host.TokenFor("merchandiser");
            await Host.Scenario(x =>
            {
                x.Delete.Url($"/api/admin/curations/{Uri.EscapeDataString(text)}");
                x.WithBearerToken(merchandiser);
                x.StatusCodeShouldBe(204);
            });
        }

        Assert.Equal(0L, await SqlAsync($"select count(*) from search.curation where query like '%{news.Word}'"));
    }

    [Fact]
    public async Task a_curation_waits_for_a_key_that_another_one_leaves()
    {
        var (first, second) = (CurationView.KeyOf($"first {news.Word}"), CurationView.KeyOf($"second {news.Word}"));
        await SqlAsync($"insert into search.curation values ('a {news.Word}', 'first {news.Word}', '{{}}', '{{}}', null, '/first')");
        await SqlAsync($"insert into search.curation values ('{first}', 'second {news.Word}', '{{}}', '{{}}', null, '/second')");
        var known = Host.Services.GetRequiredService<KnownCurations>();

        for (var round = 0; round < 2; round++) await known.StoreKeysAgainAsync(CancellationToken.None);

        foreach (var (key, path) in new[] { (first, "/first"), (second, "/second") })
            Assert.Equal(path, await SqlAsync($"select redirect_path from search.curation where key = '{key}'"));
        await SqlAsync($"delete from search.curation where key in ('{first}', '{second}')");
    }

    private async Task<object?> SqlAsync(string sql)
    {
        await using var connection = (NpgsqlConnection)Host.Services.GetRequiredService<ISearchStore>().Storage.Database.CreateConnection();
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    [Fact]
    public async Task a_query_redirects_where_the_merchandiser_wants_and_the_name_of_a_category_to_that_category()
    {
        // The plural is of an English word: a made-up word without a vowel keeps its s in every form.
        var category = $"Long {news.Word} Kaftans";
        await news.PublishAsync("Kurta", category);
        Assert.Null((await SearchAsync("")).Redirect);
        foreach (var same in new[] { category, $"long {news.Word} kaftan", $"kaftan {news.Word} long" })
            Assert.Equal(new SearchRedirect(category, null), (await SearchAsync("", same)).Redirect);
        var found = await Host.Services.GetRequiredService<global::Aarya.Protos.Search.Search.SearchClient>()
            .SearchProductsAsync(new() { Query = category });
        Assert.Equal((category, ""), (found.Redirect.Category, found.Redirect.Path));

        Assert.Null((await SearchAsync($"&category={Uri.EscapeDataString(category)}", category)).Redirect);
        await CurateAsync(new { hidden = Array.Empty<Guid>() }, category);
        Assert.Null((await SearchAsync("&limit=8", category)).Redirect);
        await CurateAsync(new { redirect = new { path = "/sale" } }, category);
        Assert.Equal(new SearchRedirect(null, "/sale"), (await SearchAsync("&limit=9", category)).Redirect);
        await CurateAsync(new { redirect = new { category = "Dresses" } }, category);
        Assert.Equal(new SearchRedirect("Dresses", null), (await SearchAsync("&limit=10", category)).Redirect);
    }

    [Theory]
    [InlineData("pinned", """{"pinned":["00000000-0000-0000-0000-000000000001"]}""")]
    [InlineData("hidden", """{"hidden":["00000000-0000-0000-0000-000000000001"]}""")]
    [InlineData("pinned", """{"pinned":[ID,ID]}""")]
    [InlineData("hidden", """{"hidden":[ID,ID]}""")]
    [InlineData("hidden", """{"pinned":[ID],"hidden":[ID]}""")]
    [InlineData("pinned[0]", """{"pinned":["none"]}""")]
    [InlineData("redirect", """{"redirect":{}}""")]
    [InlineData("redirect", """{"redirect":{"path":"/a","category":"b"}}""")]
    [InlineData("redirect", """{"redirect":{"path":"https://shop.example"}}""")]
    [InlineData("redirect", """{"redirect":{"path":"//shop.example"}}""")]
    [InlineData("redirect", """{"redirect":{"path":"/\\shop.example"}}""")]
    [InlineData("redirect", """{"redirect":{"category":""}}""")]
    public async Task an_invalid_curation_is_refused_with_the_name_of_the_field(string field, string body)
    {
        var id = $"\"{(await news.PublishAsync("Kurta")).ProductId}\"";
        var admin = await Host.TokenFor("merchandiser");

        var refused = await Host.Scenario(x =>
        {
            x.Put.Text(body.Replace("ID", id)).ContentType("application/json").ToUrl($"/api/admin/curations/{Query}");
            x.WithBearerToken(admin);
            x.StatusCodeShouldBe(400);
        });

        Assert.Contains($"\"{field}\"", await refused.ReadAsTextAsync());
        Assert.DoesNotContain(await ListAsync(admin), x => x.Query == Query);
    }

    [Fact]
    public async Task a_query_without_words_and_more_products_than_a_page_shows_are_refused()
    {
        var admin = await Host.TokenFor("merchandiser");
        foreach (var query in new[] { "...", new string('a', 201), "under 500" })
            await PutAsync(query, new { redirect = new { path = "/sale" } }, admin, 400);
        foreach (var many in new object[] { new { pinned = Ids(21) }, new { hidden = Ids(101) } }) await PutAsync(Query, many, admin, 400);
    }

    [Theory]
    [InlineData(null, 401)]
    [InlineData("customer", 403)]
    [InlineData("support", 403)]
    public async Task only_merchandisers_curate(string? role, int status)
    {
        var token = role is null ? null : await Host.TokenFor(role);
        await PutAsync(Query, new { redirect = new { path = "/sale" } }, token, status);
        await Host.Scenario(x =>
        {
            x.Get.Url("/api/admin/curations");
            if (token is not null) x.WithBearerToken(token);
            x.StatusCodeShouldBe(status);
        });
        await Host.Scenario(x =>
        {
            x.Delete.Url($"/api/admin/curations/{Query}");
            if (token is not null) x.WithBearerToken(token);
            x.StatusCodeShouldBe(status);
        });
    }

    private static Guid[] Ids(int count) => [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];

    private async Task CurateAsync(object curation, string? query = null)
    {
        await PutAsync(query ?? Query, curation, await Host.TokenFor("merchandiser"), 200);
        await KnownAsync();
    }

    // Now, not after two seconds.
    private Task KnownAsync() => Host.Services.GetRequiredService<KnownCurations>().ReadAsync(CancellationToken.None);

    private Task PutAsync(string query, object curation, string? token, int status) => Host.Scenario(x =>
    {
        x.Put.Json(curation).ToUrl($"/api/admin/curations/{Uri.EscapeDataString(query)}");
        if (token is not null) x.WithBearerToken(token);
        x.StatusCodeShouldBe(status);
    });

    private async Task<IReadOnlyList<CurationView>> ListAsync(string token) => (await Host.Scenario(x =>
    {
        x.Get.Url("/api/admin/curations");
        x.WithBearerToken(token);
    })).ReadAsJson<CurationPage>()!.Items;

    private async Task<SearchPage> SearchAsync(string filters, string? text = null) =>
        (await Host.Scenario(x => x.Get.Url($"/api/search?q={Uri.EscapeDataString(text ?? Query)}{filters}"))).ReadAsJson<SearchPage>()!;
}
