using Aarya.Features;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Protos.Commerce;
using Marten;
using Wolverine;

namespace Aarya.Specs.Streams.Orders;

public interface IOrdersStore : IDocumentStore;

public sealed class OrdersService : Commerce.CommerceBase;

/// <summary>Publishes order events and reads the outcome of the payments.</summary>
public sealed class OrdersModule : Module<IOrdersStore>
{
    public override string Role => Roles.Commerce;

    public override int Port => 8010;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<OrdersService, Commerce.CommerceClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment) =>
        services.AddNoKeys().AddHostedService<Till>();

    public override void ConfigureMarten(StoreOptions marten) => marten.Storage.ExtendedSchemaObjects.Add(new EffectTable(Role));

    public override void ConfigureWolverine(WolverineOptions wolverine) => wolverine.UseShortTimes();
}
