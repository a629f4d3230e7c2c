using System.Diagnostics;
using Aarya.Features;
using Aarya.Features.Search.Elasticsearch;
using Aarya.Features.Search.Engine;
using Aarya.Specs.Support;
using Microsoft.AspNetCore.Http;

namespace Aarya.Specs.Search.Elasticsearch;

/// <summary>Elasticsearch gets every change of the index in PostgreSQL, whatever happens to it meanwhile.</summary>
[StoryOf(typeof(ElasticsearchFeed))]
public sealed class ElasticsearchFeedSpec : IAsyncLifetime
{
    private SearchShop shop = null!;

    private FakeElasticsearch Fake { get; set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Fake = await FakeElasticsearch.StartAsync();
        shop = await SearchShop.StartAsync(Fake.Argument);
    }

    public async ValueTask DisposeAsync()
    {
        Fake.AssertDescribed();
        await shop.DisposeAsync();
        await Fake.DisposeAsync();
    }

    [Fact]
    public async Task products_stock_and_withdrawals_arrive()
    {
        var (kept, gone) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var product = await shop.PublishAsync(kept, 1);
        await shop.PublishAsync(gone, 1);
        await shop.AgreesAsync(Fake);
        Assert.Equal(2, Fake.OnSale("aarya-products").Count);

        await shop.PublishAsync(kept, 2, rupees: 900);
        await shop.Index.SetStockAsync(product.Variants[0].Sku, 0, 7, CancellationToken.None);
        await shop.Index.WithdrawAsync(gone, 2, CancellationToken.None);
        await shop.AgreesAsync(Fake);

        var only = Assert.Single(Fake.OnSale("aarya-products"));
        Assert.Equal(kept.ToString(), only.Key);
        Assert.Equal(90_000, (long)only.Value["variants"]![0]!["price"]!);
        Assert.False((bool)only.Value["variants"]![0]!["inStock"]!);
    }

    [Fact]
    public async Task changes_of_many_writers_arrive_through_refusals_cuts_and_a_restart()
    {
        var ids = Enumerable.Range(0, 40).Select(_ => Guid.CreateVersion7()).ToArray();
        var random = new Random(11);
        Fake.RefusesItem = _ => Random.Shared.Next(2) == 0;
        Fake.Trouble = http => Random.Shared.Next(6) switch
        {
            0 => AnswerAsync(http, 429),
            1 => AnswerAsync(http, 503),
            2 => CutAsync(http),
            3 => AnswerAsync(http, 200, "<html>a proxy's page</html>", "text/html"),
            _ => Task.FromResult(false),
        };
        await Task.WhenAll(Enumerable.Range(1, 4).Select(writer => WriteAsync(writer, new(random.Next()))));
        await shop.RestartAsync();
        await Task.WhenAll(Enumerable.Range(5, 4).Select(writer => WriteAsync(writer, new(random.Next()))));

        (Fake.Trouble, Fake.RefusesItem) = (null, _ => false);
        await shop.AgreesAsync(Fake);
        Assert.NotEmpty(Fake.OnSale("aarya-products"));

        async Task WriteAsync(int writer, Random dice)
        {
            for (var round = 1; round <= 30; round++)
            {
                var (id, version) = (ids[dice.Next(ids.Length)], ((writer * 100) + round));
                if (dice.Next(5) == 0) await shop.Index.WithdrawAsync(id, version, CancellationToken.None);
                else if (dice.Next(2) == 0) await shop.Index.SetStockAsync($"SKU-{id:N}", dice.Next(2), version, CancellationToken.None);
                else await shop.PublishAsync(id, version, dice.Next(1, 5_000));
            }
        }
    }

    [Fact]
    public async Task ten_thousand_changes_of_an_outage_arrive_after_it()
    {
        const int Changed = 10_000;
        await shop.AgreesAsync(Fake);
        Fake.Trouble = http => AnswerAsync(http, 503);
        foreach (var some in Enumerable.Range(0, Changed).Select(_ => Guid.CreateVersion7()).Chunk(500))
        {
            await shop.Index.IndexAsync(
                [.. some.Select(x => new ProductDocument(x, 1, $"kurta-{x:N}", $"Kurta {x:N}", "A kurta", "kurtas", "",
                    [new($"SKU-{x:N}", "M", "Blue", Money.Rupees(100), null, 1)], DateTimeOffset.UnixEpoch))],
                CancellationToken.None);
        }

        Fake.Trouble = null;
        var watch = Stopwatch.StartNew();
        await shop.AgreesAsync(Fake);

        Assert.Equal(Changed, Fake.OnSale("aarya-products").Count);
        TestContext.Current.SendDiagnosticMessage($"{Changed} changes arrived {watch.Elapsed.TotalSeconds:0.0} s after the outage.");
    }

    [Fact]
    public async Task the_later_tree_of_categories_arrives_whatever_is_written_last_and_what_is_unknown_stays()
    {
        var id = Guid.CreateVersion7();
        var product = new ProductDocument(id, 1, "kurta", "Kurta", "", "kurtas", "",
            [new($"SKU-{id:N}", "M", "Blue", Money.Rupees(100), null, 1, "8901234567890")], null)
        {
            Ancestors = ["women"],
            TreeVersion = 2,
            Materials = ["Silk"],
        };
        await IndexAsync(product);
        await IndexAsync(product with { Ancestors = ["men"], TreeVersion = 1 });
        await IndexAsync(product with
        {
            Version = 2,
            Name = "Kurta 2",
            Ancestors = null,
            TreeVersion = 0,
            Materials = null,
            Variants = [product.Variants[0] with { Barcode = null }],
        });
        await shop.AgreesAsync(Fake);

        var stored = Assert.Single(Fake.OnSale("aarya-products")).Value;
        Assert.Equal("Kurta 2", (string)stored["name"]!);
        Assert.Equal("""["kurtas","women"]""", stored["categoryKey"]!.ToJsonString());
        Assert.Contains("silk", (string)stored["detailWords"]!, StringComparison.Ordinal);
        Assert.Contains("08901234567890", (string)stored["detailWords"]!, StringComparison.Ordinal);

        Task IndexAsync(ProductDocument document) => shop.Index.IndexAsync([document], CancellationToken.None);
    }

    [Fact]
    public async Task only_the_refused_items_are_sent_again_and_no_request_is_large()
    {
        await shop.SearchesElasticsearchAsync();
        var ids = Enumerable.Range(0, 1_200).Select(_ => Guid.CreateVersion7()).ToList();
        HashSet<string> refusedOnce = [.. ids.Where((_, i) => i % 2 == 0).Select(x => x.ToString())];
        Fake.RefusesItem = refusedOnce.Remove;
        Fake.Bulks.Clear();

        // In one write, so that they become pending together.
        await shop.Index.IndexAsync(
            [
                .. ids.Select(x => new ProductDocument(
                    x, 1, $"kurta-{x:N}", "Kurta", "", "kurtas", "", [new($"SKU-{x:N}", "M", "Blue", Money.Rupees(100), null, 1)], null)),
            ], CancellationToken.None);
        await shop.AgreesAsync(Fake);

        Assert.Empty(refusedOnce);
        Assert.Equal(1_800, Fake.Bulks.Sum());
        Assert.All(Fake.Bulks, x => Assert.InRange(x, 1, 500));
    }

    [Fact]
    public async Task a_product_that_is_always_refused_does_not_keep_the_others_waiting()
    {
        await shop.SearchesElasticsearchAsync();
        var refused = Guid.CreateVersion7();
        Fake.RefusesItem = x => x == refused.ToString();
        await shop.PublishAsync(refused, 1);
        var others = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToList();
        foreach (var other in others) await shop.PublishAsync(other, 1);

        await Eventually.HoldsAsync("the others arrived", () => Fake.OnSale("aarya-products").Count == 3);
        await Eventually.HoldsAsync("only the refused one is pending", async () => await shop.PendingAsync() == 1);

        Fake.RefusesItem = _ => false;
        await shop.AgreesAsync(Fake);
    }

    [Fact]
    public async Task a_cluster_that_lost_its_data_gets_all_of_it_again()
    {
        for (var i = 0; i < 3; i++) await shop.PublishAsync(Guid.CreateVersion7(), 1);
        await shop.AgreesAsync(Fake);
        await shop.SearchesElasticsearchAsync();

        Fake.Wipe();
        // Until it has them again, PostgreSQL answers.
        Assert.Equal(3, (await shop.FindAsync()).Total);

        await shop.AgreesAsync(Fake);
        await shop.SearchesElasticsearchAsync();
        Assert.Equal(3, (await shop.FindAsync()).Total);
    }

    [Fact]
    public async Task a_new_index_is_built_beside_the_old_one_while_changes_arrive()
    {
        var ids = Enumerable.Range(0, 60).Select(_ => Guid.CreateVersion7()).ToArray();
        foreach (var id in ids) await shop.PublishAsync(id, 1);
        await shop.AgreesAsync(Fake);
        await shop.SearchesElasticsearchAsync();
        var old = Assert.Single(Fake.Indices);

        using var done = new CancellationTokenSource();
        var searches = Task.Run(async () =>
        {
            var seen = 0;
            for (; !done.IsCancellationRequested; seen++) Assert.Equal(60, (await shop.FindAsync()).Total);
            return seen;
        });
        // Older than all products: none is withdrawn, and the index is outdated.
        await shop.Index.EndRefillAsync(DateTimeOffset.UnixEpoch, CancellationToken.None);
        for (var version = 2; Fake.Indices is [var only] && only == old || Fake.Indices.Count > 1; version++)
            await shop.PublishAsync(ids[version % ids.Length], version, rupees: version);
        await shop.AgreesAsync(Fake);
        await done.CancelAsync();

        Assert.True(await searches > 0);
        Assert.Equal(0, Fake.Missed);
        Assert.NotEqual(old, Assert.Single(Fake.Indices));
    }

    [Fact]
    public async Task a_change_whose_version_is_lower_than_the_stored_one_still_arrives()
    {
        var id = Guid.CreateVersion7();
        await shop.AskAsync("select setval('search.elasticsearch_revision', 3000000)");
        await shop.PublishAsync(id, 1);
        await shop.AgreesAsync(Fake);

        // As after a restore of PostgreSQL.
        await shop.AskAsync("select setval('search.elasticsearch_revision', 10)");
        await shop.PublishAsync(id, 2, rupees: 500);

        await shop.AgreesAsync(Fake);
        Assert.Equal(50_000, (long)Fake.OnSale("aarya-products")[id.ToString()]["variants"]![0]!["price"]!);
    }

    [Fact]
    public async Task synonyms_are_sent_as_rules_of_their_set()
    {
        await shop.SearchesElasticsearchAsync();
        await shop.AskAsync("insert into search.synonym (term, words) values ('pants', '{trousers,chinos}')");

        await Eventually.HoldsAsync(
            "the synonyms were sent", () => Fake.Synonyms.Contains("pants => pants, trousers, chinos"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(-1)]
    public async Task an_index_of_another_layout_answers_no_search(int later)
    {
        await shop.PublishAsync(Guid.CreateVersion7(), 1);
        await shop.SearchesElasticsearchAsync();

        await shop.AskAsync($"update search.elasticsearch_index set layout = layout + {later}");

        await Eventually.HoldsAsync("PostgreSQL answers", async () => (await shop.FindAsync()).Degraded);
    }

    [Fact]
    public async Task synonyms_that_change_during_a_rebuild_are_sent_before_its_end()
    {
        await shop.SearchesElasticsearchAsync();
        await shop.PublishAsync(Guid.CreateVersion7(), 1);
        await shop.AgreesAsync(Fake);
        TaskCompletionSource<bool> switched = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Fake.Trouble = async http =>
        {
            // It is set while the new index gets its first page.
            if (http.Request.Path.Value == "/_bulk")
                await shop.AskAsync("insert into search.synonym (term, words) values ('kameez', '{shirt}') on conflict do nothing");
            if (http.Request.Path.Value == "/_aliases") switched.TrySetResult(Fake.Synonyms.Contains("kameez => kameez, shirt"));
            return false;
        };
        await shop.Index.EndRefillAsync(DateTimeOffset.UnixEpoch, CancellationToken.None);

        Assert.True(await switched.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task a_document_that_is_too_large_for_any_request_does_not_keep_the_others_waiting()
    {
        await shop.SearchesElasticsearchAsync();
        var large = await shop.PublishAsync(Guid.CreateVersion7(), 1, name: "Large");
        await shop.AgreesAsync(Fake);
        Fake.Trouble = async http =>
        {
            if (http.Request.Path.Value != "/_bulk") return false;
            http.Request.EnableBuffering();
            using var reader = new StreamReader(http.Request.Body, leaveOpen: true);
            var isLarge = (await reader.ReadToEndAsync()).Contains("Enormous", StringComparison.Ordinal);
            http.Request.Body.Position = 0;
            return isLarge && await AnswerAsync(http, 413);
        };
        await shop.PublishAsync(large.Id, 2, name: "Enormous");
        var other = await shop.PublishAsync(Guid.CreateVersion7(), 1);

        await Eventually.HoldsAsync("nothing is pending", async () => await shop.PendingAsync() == 0);
        Assert.Contains(other.Id.ToString(), Fake.OnSale("aarya-products").Keys);
    }

    [Theory]
    [InlineData(403, "cluster_block_exception")]
    // As for a pipeline that is missing.
    [InlineData(400, "illegal_argument_exception")]
    public async Task an_index_that_takes_no_writes_keeps_its_changes_pending(int status, string type)
    {
        await shop.SearchesElasticsearchAsync();
        Fake.RefusedWith = (status, type);
        Fake.RefusesItem = _ => true;
        await shop.PublishAsync(Guid.CreateVersion7(), 1);
        await Eventually.HoldsAsync("it was tried", () => !Fake.Bulks.IsEmpty);
        Assert.Equal(1, await shop.PendingAsync());

        Fake.RefusesItem = _ => false;
        await shop.AgreesAsync(Fake);
    }

    [Fact]
    public async Task a_document_that_can_never_be_stored_does_not_stay_pending()
    {
        await shop.SearchesElasticsearchAsync();
        Fake.RefusedWith = (400, "document_parsing_exception");
        Fake.RefusesItem = _ => true;
        await shop.PublishAsync(Guid.CreateVersion7(), 1);

        await Eventually.HoldsAsync("it is not pending", async () => await shop.PendingAsync() == 0);
    }

    private static async Task<bool> AnswerAsync(
        HttpContext http, int status, string answer = "{}", string type = "application/json")
    {
        await FakeElasticsearch.WriteAsync(http, status, answer, type);
        return true;
    }

    private static Task<bool> CutAsync(HttpContext http)
    {
        http.Abort();
        return Task.FromResult(true);
    }
}
