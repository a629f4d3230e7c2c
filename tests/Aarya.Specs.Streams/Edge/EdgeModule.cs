using Aarya.Features;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Protos.Core;
using Marten;

namespace Aarya.Specs.Streams.Edge;

public interface IEdgeStore : IDocumentStore;

public sealed class EdgeService : Core.CoreBase;

/// <summary>Endpoints that show what the edge does to requests and answers, in this process or behind a gateway.</summary>
public sealed class EdgeModule : Module<IEdgeStore>
{
    public override string Role => Roles.Core;

    public override int Port => 8001;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<EdgeService, Core.CoreClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment) =>
        services.AddNoKeys();

    public override void AddRemoteServices(IServiceCollection services) => services.AddNoKeys();

    public override void ConfigureMarten(StoreOptions marten) { }
}
