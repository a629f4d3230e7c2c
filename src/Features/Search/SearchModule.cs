using Aarya.Features.Search.Curations;
using Aarya.Features.Search.Elasticsearch;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Index;
using Aarya.Features.Search.Popular;
using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Query;
using Aarya.Features.Search.Recommendations;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Telemetry;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Search;

public sealed class SearchModule : Module<ISearchStore>
{
    public override string Role => Roles.Search;

    public override int Port => 8040;

    public override IReadOnlyList<NumberSetting> NumberSettings { get; } = [ElasticsearchOptions.MostSearches];

    public override IReadOnlyList<DatabaseGauge> Gauges { get; } =
    [
        new("aarya_elasticsearch_pending", $"Products whose change Elasticsearch has not stored yet, up to {DatabaseGauge.Most}.",
            DatabaseGauge.Count("search.elasticsearch_pending")),
    ];

    // By address: each guest has a token, and a client can get many.
    public override IReadOnlyList<RatePolicy> RatePolicies { get; } = [new("views", 300, TimeSpan.FromMinutes(1), PerAddress: true)];

    public override ContextRpc Rpc { get; } = ContextRpc.Of<SearchService, Protos.Search.Search.SearchClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton<SalesOfProducts>();
        services.AddSingleton<Shelf>();
        services.AddHostedService<FillShelf>();
        services.AddSingleton<ProductIndex>();
        services.AddSingleton<PostgresSearchEngine>();
        AddEngine(services, configuration);
        services.AddSingleton<SearchAnswers>();
        services.AddSingleton<SalesFlag>();
        services.AddSingleton<KnownCurations>();
        services.AddHostedService<ReadCurations>();
        services.AddSingleton<PopularSearches>();
        services.AddHostedService<KeepPopularSearches>();
        services.AddSingleton<ViewCounts>();
        services.AddHostedService<KeepViewCounts>();
        services.AddSingleton<Purchases>();
        services.AddHostedService<ReadPurchases>();
        services.AddSingleton<Views>();
        services.AddSingleton<Recommender>();
        services.AddSingleton<Refill>();
        services.AddSingleton<RefillTurn>();
        services.AddHostedService<CutWordsAgain>();
    }

    // Elasticsearch where it is deployed, PostgreSQL where it is not.
    private static void AddEngine(IServiceCollection services, IConfiguration configuration)
    {
        if (ElasticsearchOptions.Read(configuration) is not { } settings)
        {
            services.AddSingleton<ISearchEngine>(x => Curated(x, x.GetRequiredService<PostgresSearchEngine>()));
            return;
        }

        services.AddSingleton(settings);
        services.AddSingleton(settings.Connect());
        services.AddSingleton<ElasticsearchEngine>();
        services.AddSingleton<ElasticsearchIndices>();
        services.AddSingleton<PendingProducts>();
        services.AddSingleton<ElasticsearchProgress>();
        services.AddSingleton<SearchWithFallback>();
        services.AddSingleton<ISearchEngine>(x => Curated(x, x.GetRequiredService<SearchWithFallback>()));
        services.AddSingleton<HealthPart, ElasticsearchPart>();
        services.AddHostedService<ElasticsearchAtStart>();
        services.AddHostedService(x => x.GetRequiredService<ElasticsearchProgress>());
        services.AddHostedService<ElasticsearchFeed>();
    }

    private static CuratedSearch Curated(IServiceProvider services, ISearchEngine engine) =>
        new(engine, services.GetRequiredService<KnownCurations>());

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.Storage.ExtendedSchemaObjects.AddRange(SearchTables.All);
    }
}
