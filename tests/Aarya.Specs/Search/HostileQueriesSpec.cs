using System.Net;
using System.Text.Json;
using Aarya.Bench.Hostile;
using Aarya.Features.Search.Elasticsearch;
using Aarya.Features.Search.Engine;
using Aarya.Specs.Search.Contract;
using Aarya.Specs.Search.Elasticsearch;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search;

/// <summary>
/// Hostile input gets a page or a refusal that names the field. <c>./aarya bench hostile</c> measures how long the same requests take.
/// </summary>
public sealed class HostileQueriesSpec(AaryaFixture fixture) : Spec(fixture)
{
    private const int Each = 12;

    private static readonly string[] Words =
        ["kurta", "shirt", "sherwani", "bandhgala", "embroidered", "handloom", "saree", "linen", "cotton", "chikankari", "trousers", "red"];

    private static readonly string[] Parameters =
        ["q", "category", "size", "colour", "material", "minPrice", "maxPrice", "minDiscount", "facets", "cursor", "sort", "limit"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly CatalogueNews news = new(fixture.Host);

    [Fact]
    public async Task each_request_gets_a_page_or_a_refusal_that_names_the_field()
    {
        foreach (var word in Words) await news.PublishAsync($"Hostile {word}", description: string.Join(' ', Words));
        using var client = Host.Server.CreateClient();
        List<string> wrong = [];
        foreach (var (kind, path) in new HostileQueries(Words).All(Each))
        {
            using var answer = await client.GetAsync(new Uri(path, UriKind.Relative), Cancel);
            var body = await answer.Content.ReadAsStringAsync(Cancel);
            if (!IsGood(answer.StatusCode, body)) wrong.Add($"{kind}: {path} answered {(int)answer.StatusCode}: {body}");
        }

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task elasticsearch_is_asked_only_what_it_can_be_asked()
    {
        await using var fake = await FakeElasticsearch.StartAsync();
        await using var shop = await SearchShop.StartAsync(fake.Argument);
        await shop.FillAsync();
        await Eventually.HoldsAsync("Elasticsearch has the catalogue", shop.IsFedAsync);
        ISearchEngine engine = shop.Services.GetRequiredService<ElasticsearchEngine>();
        foreach (var (_, text) in new HostileQueries(Words).Texts(2))
        {
            var (query, problem) = SearchQuery.From(text, null, null, null, null, null, null, null, null, null);
            if (query is null)
            {
                Assert.NotEmpty(((Dictionary<string, string[]>)problem.Extensions["errors"]!)["q"]);
                continue;
            }

            Assert.True((await engine.SearchAsync(query, Cancel)).Total >= 0);
            Assert.NotNull(await engine.SuggestAsync(query.Text, 8, Cancel));
        }

        fake.AssertDescribed();
    }

    private static bool IsGood(HttpStatusCode status, string body)
    {
        if (status is not (HttpStatusCode.OK or HttpStatusCode.BadRequest)) return false;
        var json = JsonDocument.Parse(body).RootElement;
        return status == HttpStatusCode.OK
            ? json.GetProperty("items").ValueKind == JsonValueKind.Array
            : json.GetProperty("errors").EnumerateObject().All(x => Parameters.Contains(x.Name));
    }
}
