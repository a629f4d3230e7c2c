using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Commerce.Store;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Index;
using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine.Tracking;

namespace Aarya.Specs.Search;

[StoryOf(typeof(FollowStockHandler), typeof(IndexPublishedProductHandler), typeof(RefillIndexHandler), typeof(ReindexCatalogueEndpoint),
    typeof(WithdrawProductHandler))]
public sealed class IndexSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const string Microseconds = "(extract(epoch from published_at) * 1000000)::bigint";

    private readonly CatalogueNews news = new(fixture.Host);

    private ProductIndex Products => Host.Services.GetRequiredService<ProductIndex>();

    [Fact]
    public async Task in_whatever_order_news_comes_the_newest_wins()
    {
        var first = news.Product("Kurta");
        object[] told =
        [
            first,
            first with { Version = 2, Name = $"Long Kurta {news.Word}", Variants = [first.Variants[0] with { Price = Money.Rupees(999) }] },
            new ProductWithdrawnNotice(first.ProductId, 3),
            first with
            {
                Version = 4,
                Name = $"Silk Kurta {news.Word}",
                Variants = [first.Variants[0] with { Sku = $"{first.ProductId:N}-new", Size = "L" }],
            },
        ];
        for (var round = 0; round < 6; round++)
        {
            Random.Shared.Shuffle(told);
            foreach (var item in told.Concat(told.Take(2))) await news.TellAsync(item);

            var found = Assert.Single((await FindAsync()).Items);
            Assert.Equal($"Silk Kurta {news.Word}", found.Name);
            Assert.Equal(["L"], (await FindAsync()).Facets.Single(x => x.Name == "size").Values.Select(x => x.Value));
        }
    }

    [Fact]
    public async Task a_withdrawal_that_overtakes_its_publication_still_holds()
    {
        var product = news.Product("Kurta", version: 7);

        await news.TellAsync(new ProductWithdrawnNotice(product.ProductId, 8));
        await news.TellAsync(product);
        Assert.Empty((await FindAsync()).Items);

        await news.TellAsync(product with { Version = 9 });
        Assert.Single((await FindAsync()).Items);
    }

    [Fact]
    public async Task stock_that_is_heard_of_before_its_product_or_out_of_turn_is_right_in_the_end()
    {
        var product = news.Product("Kurta", available: 5);
        var variant = product.Variants[0];
        await news.StockAsync(variant, product.ProductId, 0, sequence: 9);
        await news.TellAsync(product);
        Assert.False((await FindAsync()).Items[0].InStock);

        await news.StockAsync(variant, product.ProductId, 3, sequence: 8);
        Assert.False((await FindAsync()).Items[0].InStock);
        await news.StockAsync(variant, product.ProductId, 1, sequence: 10);
        await news.TellAsync(product with { Version = 2, Variants = [variant with { Available = 0 }] });
        Assert.True((await FindAsync()).Items[0].InStock);
    }

    [Fact]
    public async Task a_refill_brings_what_the_catalogue_sells_and_takes_out_what_it_does_not()
    {
        var ghost = await news.PublishAsync("Ghost");
        await OfferAchkanAsync();
        await FillAsync();

        var found = Assert.Single((await FindAsync()).Items);
        Assert.Equal($"achkan-{news.Word}", found.Slug);
        Assert.NotEqual(ghost.ProductId, found.Id);
    }

    [Fact]
    public async Task a_refill_brings_back_what_the_catalogue_has_after_it_was_restored_to_an_earlier_state()
    {
        var offered = await OfferAchkanAsync();
        // What the catalogue had before its restore.
        await news.TellAsync(news.Product("Achkan of silk", version: 1_000, id: offered));
        await news.TellAsync(new ProductWithdrawnNotice(offered, 1_001));

        await FillAsync();

        Assert.Equal($"achkan-{news.Word}", Assert.Single((await FindAsync()).Items).Slug);
        await news.TellAsync(news.Product("Achkan of linen", version: 2, id: offered));
        Assert.Equal($"Achkan of linen {news.Word}", Assert.Single((await FindAsync()).Items).Name);
    }

    [Fact]
    public async Task after_a_restore_and_a_refill_the_catalogues_later_changes_count()
    {
        var offered = await OfferAchkanAsync();
        var withdrawn = await OfferAchkanAsync("Bandhgala");
        await WithdrawAsync(withdrawn);
        // What the catalogue had before its restore.
        var sku = SkuOf("Achkan");
        await news.TellAsync(new StockChangedNotice(sku, offered, 9, 1_000));
        await news.TellAsync(news.Product("Bandhgala of silk", version: 1_000, id: withdrawn));

        await FillAsync();

        Assert.Equal([offered], (await FindAsync()).Items.Select(x => x.Id));
        var sequence = await OnDatabaseAsync<ICommerceStore>($"select sequence from commerce.stock where sku = '{sku}'");
        Assert.Equal(4, await OnDatabaseAsync($"select available::bigint from search.stock where sku = '{sku}'"));
        await news.TellAsync(new StockChangedNotice(sku, offered, 0, sequence + 1));
        Assert.False((await FindAsync()).Items[0].InStock);
        var revision = await OnDatabaseAsync<ICommerceStore>(
            $"select coalesce(data ->> 'Revision', data ->> 'revision')::bigint from commerce.mt_doc_product where id = '{withdrawn}'");
        await news.TellAsync(news.Product("Bandhgala", version: revision + 1, id: withdrawn));
        Assert.Equal(2, (await FindAsync()).Total);
    }

    [Fact]
    public async Task a_lost_index_is_filled_with_the_times_of_publication()
    {
        List<Guid> offered = [];
        foreach (var name in new[] { "Achkan", "Bandhgala", "Churidar" }) offered.Add(await OfferAchkanAsync(name));
        await FillAsync();
        await OnDatabaseAsync($"delete from search.product where product_id in ('{string.Join("','", offered)}')");

        await FillAsync();

        Assert.Equal([.. offered.AsEnumerable().Reverse()], (await FindAsync(SearchSort.Newest)).Items.Select(x => x.Id));
        foreach (var id in offered)
        {
            Assert.Equal(
                await OnDatabaseAsync<ICommerceStore>($"select {Microseconds} from commerce.mt_doc_product where id = '{id}'"),
                await OnDatabaseAsync($"select {Microseconds} from search.product where product_id = '{id}'"));
        }
    }

    [Fact]
    public async Task reindexing_is_for_merchandisers_and_goes_on_by_itself()
    {
        var token = await Host.TokenFor("merchandiser");
        var (messages, response) = await Track(x =>
        {
            x.Post.Url("/api/admin/reindex");
            x.WithBearerToken(token);
            x.StatusCodeShouldBe(202);
        });

        Assert.Equal(202, response.Context.Response.StatusCode);
        Assert.NotEmpty(messages.Executed.MessagesOf<RefillIndex>());
        var customer = await Host.TokenFor("customer");
        await Host.Scenario(x => { x.Post.Url("/api/admin/reindex"); x.WithBearerToken(customer); x.StatusCodeShouldBe(403); });
    }

    [Fact]
    public async Task while_a_refill_runs_another_is_refused_and_changes_nothing()
    {
        var token = await Host.TokenFor("merchandiser");
        await UntilNoneRunsAsync();
        var running = DateTimeOffset.UtcNow;
        Assert.Null(await Turn.TakeAsync(running, CancellationToken.None));

        var (messages, response) = await Track(x =>
        {
            x.Post.Url("/api/admin/reindex");
            x.WithBearerToken(token);
            x.StatusCodeShouldBe(409);
        });

        Assert.Contains("\"search.reindex_running\"", await response.ReadAsTextAsync(), StringComparison.Ordinal);
        Assert.Empty(messages.AllRecordsInOrder().Select(x => x.Envelope?.Message).OfType<RefillIndex>());
        // The running refill is identified by the time at which it began.
        Assert.Equal(0, (running - (await Turn.TakeAsync(running.AddSeconds(1), CancellationToken.None))!.Value).TotalMilliseconds, 0.1);
        await Turn.EndAsync(running, CancellationToken.None);
        await Track(x => { x.Post.Url("/api/admin/reindex"); x.WithBearerToken(token); x.StatusCodeShouldBe(202); });
        await UntilNoneRunsAsync();
    }

    [Fact]
    public async Task a_refill_that_stopped_before_its_end_gives_its_turn_up_and_does_not_come_back()
    {
        await UntilNoneRunsAsync();
        var stopped = DateTimeOffset.UtcNow.AddHours(-1);
        Assert.Null(await Turn.TakeAsync(stopped, CancellationToken.None));
        await OnDatabaseAsync($"update search.refill set seen_at = now() - interval '{RefillTurn.GivenUpAfter.TotalSeconds + 1} seconds'");
        var later = DateTimeOffset.UtcNow;
        Assert.Null(await Turn.TakeAsync(later, CancellationToken.None));

        // If it continued, it would remove every product that was last indexed before it began.
        var product = await news.PublishAsync("Kurta");
        var session = await Host.InvokeMessageAndWaitAsync(new RefillIndex(stopped, ""));

        Assert.Empty(session.Sent.MessagesOf<RefillIndex>());
        Assert.Equal(product.ProductId, Assert.Single((await FindAsync()).Items).Id);
        Assert.NotNull(await Turn.TakeAsync(stopped, CancellationToken.None));
        // Ending a turn that another refill holds has no effect.
        await Turn.EndAsync(stopped, CancellationToken.None);
        Assert.NotNull(await Turn.TakeAsync(stopped, CancellationToken.None));
        await Turn.EndAsync(later, CancellationToken.None);
    }

    [Fact]
    public async Task a_hundred_who_begin_a_refill_at_once_get_one_turn()
    {
        await UntilNoneRunsAsync();
        var began = DateTimeOffset.UtcNow;

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Turn.TakeAsync(began.AddSeconds(i), CancellationToken.None)));

        Assert.Single(answers, x => x is null);
        Assert.Single(answers.OfType<DateTimeOffset>().Distinct());
        await Turn.EndAsync(answers.OfType<DateTimeOffset>().First(), CancellationToken.None);
    }

    [Fact]
    public async Task those_who_index_at_once_never_wait_for_each_other_in_a_circle()
    {
        var products = Enumerable.Range(0, 40).Select(_ => news.Product("Kurta", sizes: ["L", "S", "M"])).ToList();
        var documents = products.Select(x => new ProductDocument(
            x.ProductId, x.Version, x.Slug, x.Name, "", x.Category, "",
            [.. x.Variants.Select(y => new VariantDocument(y.Sku, y.Size, y.Colour, y.Price, null, 5))], x.PublishedAt)).ToList();
        await Products.IndexAsync(documents, CancellationToken.None);
        var skus = documents.SelectMany(x => x.Variants).Select(x => x.Sku).ToArray();

        // A deadlock would end one of them with an exception.
        await Task.WhenAll(
            Rounds(() => Products.IndexAsync(Shuffled([.. documents]), CancellationToken.None)),
            Rounds(() => Products.IndexAsync(Shuffled([.. documents]), CancellationToken.None)),
            Rounds(RefreshAsync),
            Rounds(RefreshAsync),
            Rounds(() => Products.WithdrawAsync(documents[Random.Shared.Next(documents.Count)].Id, 0, CancellationToken.None)),
            Rounds(() => Products.SetStockAsync(skus[Random.Shared.Next(skus.Length)], 9, 0, CancellationToken.None)));

        Assert.Equal(products.Count, (await FindAsync()).Total);

        Task RefreshAsync() => Products.RefreshStockAsync(
            [.. Shuffled([.. skus]).Select(x => new StockDocument(x, 7, null))], DateTimeOffset.UtcNow.AddHours(1), CancellationToken.None);

        static async Task Rounds(Func<Task> act)
        {
            for (var round = 0; round < 30; round++) await act();
        }

        static T[] Shuffled<T>(T[] items)
        {
            Random.Shared.Shuffle(items);
            return items;
        }
    }

    private RefillTurn Turn => Host.Services.GetRequiredService<RefillTurn>();

    private string SkuOf(string name) => $"{name[..3]}-{news.Word}".ToUpperInvariant();

    private async Task WithdrawAsync(Guid product)
    {
        var merchandiser = await Host.TokenFor("merchandiser");
        await Host.Scenario(x =>
        {
            x.Post.Url($"/api/admin/products/{product}/withdraw");
            x.WithBearerToken(merchandiser);
            x.StatusCodeShouldBeOk();
        });
    }

    private async Task<Guid> OfferAchkanAsync(string name = "Achkan")
    {
        var merchandiser = await Host.TokenFor("merchandiser");
        var created = await Host.Scenario(x =>
        {
            x.Post.Json(new
            {
                name = $"{name} {news.Word}",
                slug = $"{name.ToLowerInvariant()}-{news.Word}",
                description = "For a wedding",
                category = "Sherwanis",
                variants = new[]
                {
                    new
                    {
                        sku = SkuOf(name),
                        options = new { size = "M", colour = "Ivory" },
                        price = new { amount = 899_900, currency = "INR" },
                        stock = 4,
                    },
                },
            }).ToUrl("/api/admin/products");
            x.WithBearerToken(merchandiser);
            x.StatusCodeShouldBe(201);
        });
        return created.ReadAsJson<JsonElement>().GetProperty("id").GetGuid();
    }

    private async Task FillAsync()
    {
        // As the command does: a refill removes the products that were last indexed before it began, by the clock of the database.
        var since = await Host.Services.GetRequiredService<RefillTurn>().NowAsync(CancellationToken.None);
        var refill = Host.Services.GetRequiredService<Refill>();
        for (var cursor = ""; ;)
        {
            (cursor, _) = await refill.PageAsync(since, cursor, CancellationToken.None);
            if (cursor.Length == 0) break;
        }

        await Products.EndRefillAsync(since, CancellationToken.None);
    }

    // Another story of this class may have begun a refill, which goes on by itself.
    private Task UntilNoneRunsAsync() => Eventually.HoldsAsync("the refill of another story to end",
        async () => await OnDatabaseAsync("select count(*) from search.refill") == 0, TimeSpan.FromMinutes(2));

    private Task<long> OnDatabaseAsync(string sql) => OnDatabaseAsync<ISearchStore>(sql);

    private async Task<long> OnDatabaseAsync<T>(string sql)
        where T : IDocumentStore
    {
        await using var connection = Host.Services.GetRequiredService<T>().Storage.Database.CreateConnection();
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as long? ?? 0;
    }

    private Task<SearchPage> FindAsync(SearchSort? sort = null) => Host.Services.GetRequiredService<ISearchEngine>().SearchAsync(
        SearchQuery.From(news.Word, null, null, null, null, null, null, sort, null, null).Query!, CancellationToken.None);
}
