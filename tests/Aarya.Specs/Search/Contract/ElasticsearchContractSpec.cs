using Aarya.Features.Search.Elasticsearch;
using Aarya.Features.Search.Engine;
using Aarya.Specs.Search.Elasticsearch;
using Aarya.Specs.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Search.Contract;

/// <summary>
/// Against a live cluster when <c>ELASTICSEARCH_URL</c> is set, else against the stored answers; docs/search.md has how they are recorded.
/// </summary>
[StoryOf(typeof(ElasticsearchEngine))]
public sealed class ElasticsearchContractSpec(ElasticsearchContractSpec.Shop shop)
    : SearchContract, IClassFixture<ElasticsearchContractSpec.Shop>
{
    internal override ISearchEngine Engine => shop.Search.Services.GetRequiredService<ElasticsearchEngine>();

    public sealed class Shop : IAsyncLifetime
    {
        private const string Alias = "aarya-contract";

        private readonly StoredSearches stored = StoredSearches.Read();
        private FakeElasticsearch? fake;
        private LiveElasticsearch? live;

        internal SearchShop Search { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            if (LiveElasticsearch.Variable("URL") is { } url)
            {
                live = await LiveElasticsearch.StartAsync(new(url.Split(',')[0]), Alias, stored);
                Search = await SearchShop.StartAsync(live.Argument, $"--ELASTICSEARCH_INDEX={Alias}");
            }
            else
            {
                fake = await FakeElasticsearch.StartAsync();
                fake.Searches = stored.Answer;
                Search = await SearchShop.StartAsync(fake.Argument, $"--ELASTICSEARCH_INDEX={Alias}");
            }

            await Search.FillAsync();
            await Eventually.HoldsAsync(
                "Elasticsearch has the catalogue", async () => await Search.IsFedAsync() && await Search.PendingAsync() == 0);
            if (live is not null) await live.RefreshAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Search.DisposeAsync();
            if (fake is not null) await fake.DisposeAsync();
            if (live is not null) await live.DisposeAsync();
            stored.Save();
            fake?.AssertDescribed();
            live?.AssertDescribed();
        }
    }
}
