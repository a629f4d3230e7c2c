using System.Globalization;
using Aarya.Features;
using Aarya.Features.Search.Elasticsearch;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Aarya.Infrastructure.Hosting;
using Aarya.Specs.Search.Contract;
using Aarya.Specs.Search.Elasticsearch;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Search;

/// <summary>The search context with a database of its own, with or without Elasticsearch.</summary>
internal sealed class SearchShop : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-search-").FullName;
    private readonly SpecDatabase database;
    private readonly RedisServer redis;
    private WebApplication app = null!;

    private readonly string[] settings;

    private SearchShop(SpecDatabase database, RedisServer redis, string[] settings) =>
        (this.database, this.redis, this.settings) = (database, redis, settings);

    public ISearchEngine Engine => Services.GetRequiredService<ISearchEngine>();

    public ProductIndex Index => Services.GetRequiredService<ProductIndex>();

    public IServiceProvider Services => app.Services;

    public static async Task<SearchShop> StartAsync(params string[] settings)
    {
        var shop = new SearchShop(await SpecDatabase.MigratedAsync(), await RedisServer.StartAsync(), settings);
        await shop.StartProgramAsync();
        return shop;
    }

    public async Task RestartAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await StartProgramAsync();
    }

    /// <summary>A product of one variant, stored at once.</summary>
    public async Task<ProductDocument> PublishAsync(Guid id, long version, int rupees = 1_000, string name = "Kurta", int available = 5)
    {
        var product = new ProductDocument(id, version, $"kurta-{id:N}", name, "A kurta", "kurtas", "",
            [new($"SKU-{id:N}", "M", "Blue", Money.Rupees(rupees), null, available)], DateTimeOffset.UnixEpoch);
        await Index.IndexAsync([product], CancellationToken.None);
        return product;
    }

    /// <summary>Stores the catalogue and the synonyms of the contract.</summary>
    public async Task FillAsync()
    {
        await Index.IndexAsync(SearchContract.Catalogue, CancellationToken.None);
        foreach (var (term, words) in SearchContract.Synonyms)
            await AskAsync($"insert into search.synonym (term, words) values ('{term}', '{{{string.Join(',', words)}}}')");
    }

    /// <summary>True when Elasticsearch has an index with all products.</summary>
    public async Task<bool> IsFedAsync() =>
        (bool)(await AskAsync("select exists (select from search.elasticsearch_index where complete)"))!;

    public Task<SearchPage> FindAsync(string text = "kurta", ISearchEngine? engine = null) => (engine ?? Engine).SearchAsync(
        SearchQuery.From(text, null, null, null, null, null, null, null, null, null).Query!, CancellationToken.None);

    /// <summary>Waits until Elasticsearch has what PostgreSQL's index has, and nothing is pending.</summary>
    public Task AgreesAsync(FakeElasticsearch fake) => Eventually.HoldsAsync(
        "Elasticsearch has what PostgreSQL's index has",
        async () => await PendingAsync() == 0 && (await IndexedAsync()).SequenceEqual(Stored(fake)),
        instead: async () =>
        {
            var (indexed, stored) = (await IndexedAsync(), Stored(fake).ToList());
            return $"{await PendingAsync()} are pending; only PostgreSQL has {string.Join(", ", indexed.Except(stored).Take(5))}, "
                + $"only Elasticsearch {string.Join(", ", stored.Except(indexed).Take(5))}";
        });

    public Task SearchesElasticsearchAsync() =>
        Eventually.HoldsAsync("Elasticsearch answers searches", async () => !(await FindAsync()).Degraded);

    public async Task<long> PendingAsync() => (long)(await AskAsync("select count(*) from search.elasticsearch_pending"))!;

    public async Task<object?> AskAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(database.Url);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }

    // Each product on sale with what changes in these specs.
    private async Task<string[]> IndexedAsync() => (string[])(await AskAsync(
        """
        select coalesce(array_agg(line order by line collate "C"), '{}') from (
          select product_id || ' ' || name || ' ' || variant.price_minor || ' ' || (available > 0) as line
          from search.product join search.variant using (product_id) join search.stock using (sku) where published) as lines
        """))!;

    private static IEnumerable<string> Stored(FakeElasticsearch fake) => fake.OnSale("aarya-products")
        .Select(x => (x.Key, Name: x.Value["name"], Variant: x.Value["variants"]![0]!))
        .Select(x => $"{x.Key} {x.Name} {x.Variant["price"]} {((bool)x.Variant["inStock"]! ? "true" : "false")}")
        .Order(StringComparer.Ordinal);

    private async Task StartProgramAsync()
    {
        app = AaryaHost.Build(
            [
                "--environment=Development", string.Create(CultureInfo.InvariantCulture, $"--urls=http://127.0.0.1:{Ports.Free()}"),
                "--AARYA_SOLO=true", "--roles=search", $"--AARYA_SOCKET_DIR={folder}", $"--DATABASE_URL={database.Url}",
                $"--REDIS_URL={redis.Url}", "--ELASTICSEARCH_URL=", .. settings,
            ], Modules.All);
        await app.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await redis.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
