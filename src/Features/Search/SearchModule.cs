using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Index;
using Aarya.Features.Search.Query;
using Aarya.Features.Search.Recommendations;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Search;

public sealed class SearchModule : Module<ISearchStore>
{
    public override string Role => Roles.Search;

    public override int Port => 8040;

    /// <summary>Finds words in spite of typing mistakes.</summary>
    public override IReadOnlyList<string> Extensions { get; } = ["pg_trgm"];

    public override ContextRpc Rpc { get; } = ContextRpc.Of<SearchService, Protos.Search.Search.SearchClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton<Shelf>();
        services.AddSingleton<ISearchEngine, PostgresSearchEngine>();
        services.AddSingleton<SearchAnswers>();
        services.AddSingleton<Recommender>();
        services.AddSingleton<Refill>();
        services.AddSingleton<RefillTurn>();
        services.AddHostedService<CutWordsAgain>();
    }

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.Storage.ExtendedSchemaObjects.AddRange(SearchTables.All);
    }
}
