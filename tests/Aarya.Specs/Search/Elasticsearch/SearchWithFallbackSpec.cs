using System.Diagnostics;
using System.Globalization;
using Aarya.Features.Search.Elasticsearch;
using Aarya.Features.Search.Engine;
using Aarya.Specs.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search.Elasticsearch;

/// <summary>When Elasticsearch cannot answer, PostgreSQL does, and the answer says so.</summary>
[StoryOf(typeof(SearchWithFallback))]
public sealed class SearchWithFallbackSpec(SearchWithFallbackSpec.Both both) : IClassFixture<SearchWithFallbackSpec.Both>, IAsyncLifetime
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FakeElasticsearch fake = both.Fake;
    private readonly SearchShop shop = both.Shop;

    public async ValueTask InitializeAsync()
    {
        // The spec before may have opened the circuit.
        await shop.AgreesAsync(fake);
        await shop.SearchesElasticsearchAsync();
    }

    public ValueTask DisposeAsync()
    {
        fake.Trouble = null;
        released.TrySetResult();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("is slow")]
    [InlineData("429")]
    [InlineData("500")]
    [InlineData("503")]
    [InlineData("403")]
    [InlineData("404")]
    [InlineData("answers another format")]
    [InlineData("answers half")]
    [InlineData("answers something else")]
    [InlineData("cuts the connection")]
    public async Task whatever_is_wrong_the_answer_is_that_of_postgresql(string trouble)
    {
        fake.Trouble = http => IsSearch(http) ? TroubleAsync(http, trouble) : Task.FromResult(false);
        for (var i = 0; i < 15; i++)
        {
            var page = await shop.FindAsync();
            Assert.True(page.Degraded);
            Assert.Equal(1, page.Total);
            Assert.Equal("Kurta", Assert.Single(page.Items).Name);
            Assert.Equal(["category", "size", "colour", "price"], page.Facets.Select(x => x.Name));
            var suggested = await shop.Engine.SuggestAsync("kurta", 8, CancellationToken.None);
            Assert.Equal(("Kurta", true), (suggested.Items[^1].Text, suggested.Degraded));
        }

        fake.Trouble = null;
        await shop.SearchesElasticsearchAsync();
    }

    [Theory]
    [InlineData(SearchSort.Bestselling)]
    [InlineData(SearchSort.Discount)]
    public async Task an_order_that_only_postgresql_knows_is_asked_of_it_and_is_no_failure(SearchSort sort)
    {
        var asked = 0;
        fake.Trouble = http =>
        {
            if (IsSearch(http)) Interlocked.Increment(ref asked);
            return Task.FromResult(false);
        };

        var page = await shop.Engine.SearchAsync(
            SearchQuery.From("kurta", null, null, null, null, null, null, sort, null, null).Query!, CancellationToken.None);

        Assert.Equal((false, "Kurta", 0), (page.Degraded, Assert.Single(page.Items).Name, asked));
    }

    [Fact]
    public async Task after_repeated_failures_elasticsearch_is_left_alone_for_a_while()
    {
        var asked = 0;
        fake.Trouble = http =>
        {
            if (!IsSearch(http)) return Task.FromResult(false);
            Interlocked.Increment(ref asked);
            return TroubleAsync(http, "503");
        };
        // With a circuit of its own: the failures of the specs before would open it sooner.
        var engine = ActivatorUtilities.CreateInstance<SearchWithFallback>(shop.Services);
        for (var i = 0; i < 100; i++) await shop.FindAsync(engine: engine);

        // A few open the circuit; it may have been tried again since.
        Assert.InRange(asked, 5, 40);
    }

    [Fact]
    public async Task more_searches_at_once_than_it_may_get_are_answered_at_once()
    {
        var waiting = 0;
        fake.Trouble = async http =>
        {
            if (!IsSearch(http)) return false;
            Interlocked.Increment(ref waiting);
            await released.Task;
            return false;
        };
        var held = Enumerable.Range(0, 2).Select(_ => shop.FindAsync()).ToList();
        var watch = Stopwatch.StartNew();
        var answers = new List<bool>();
        while (watch.Elapsed < Shorter) answers.Add((await shop.FindAsync()).Degraded);

        // None of them waited for the two.
        Assert.All(answers, Assert.True);
        Assert.InRange(waiting, 1, 4);
        await Task.WhenAll(held);
    }

    [Fact]
    public async Task while_it_is_behind_it_is_not_asked()
    {
        // It cannot catch up.
        fake.Trouble = http => http.Request.Path.Value == "/_bulk" ? TroubleAsync(http, "503") : Task.FromResult(false);
        await shop.AskAsync(
            """
            insert into search.elasticsearch_pending (product_id, revision, since) values (gen_random_uuid(), 1, now() - interval '1 hour')
            """);
        await Eventually.HoldsAsync("PostgreSQL answers", async () => (await shop.FindAsync()).Degraded);

        fake.Trouble = null;
        await shop.AgreesAsync(fake);
        await shop.SearchesElasticsearchAsync();
    }

    // Than the budget of a search.
    private static TimeSpan Shorter => TimeSpan.FromMilliseconds(300);

    private static bool IsSearch(HttpContext http) => http.Request.Path.Value!.EndsWith("/_search", StringComparison.Ordinal);

    private async Task<bool> TroubleAsync(HttpContext http, string trouble)
    {
        switch (trouble)
        {
            case "is slow":
                await released.Task.WaitAsync(http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                break;
            case "answers another format":
                await FakeElasticsearch.WriteAsync(http, 200, "<html></html>", "text/html");
                break;
            case "answers half":
                await FakeElasticsearch.WriteAsync(http, 200, """{"took": 1, "hits": {"total": {"va""");
                break;
            case "answers something else":
                await FakeElasticsearch.WriteAsync(http, 200, """{"hits": {"total": {"value": 1, "relation": "eq"}, "hits": []}}""");
                break;
            case "cuts the connection":
                http.Abort();
                break;
            default:
                await FakeElasticsearch.WriteAsync(
                    http, int.Parse(trouble, CultureInfo.InvariantCulture), """{"error": {"type": "x", "reason": "x"}, "status": 1}""");
                break;
        }

        return true;
    }

    /// <summary>A cluster and a shop that searches it.</summary>
    public sealed class Both : IAsyncLifetime
    {
        internal FakeElasticsearch Fake { get; private set; } = null!;

        internal SearchShop Shop { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Fake = await FakeElasticsearch.StartAsync();
            Shop = await SearchShop.StartAsync(Fake.Argument, "--ELASTICSEARCH_MAX_SEARCHES=2");
            await Shop.PublishAsync(Guid.CreateVersion7(), 1);
        }

        public async ValueTask DisposeAsync()
        {
            await Shop.DisposeAsync();
            Fake.AssertDescribed();
            await Fake.DisposeAsync();
        }
    }
}
