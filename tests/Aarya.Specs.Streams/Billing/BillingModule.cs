using Aarya.Features;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Protos.Payment;
using Marten;
using Wolverine;

namespace Aarya.Specs.Streams.Billing;

public interface IBillingStore : IDocumentStore;

public sealed class BillingService : Payment.PaymentBase;

/// <summary>Reads placed orders and publishes that they are paid.</summary>
public sealed class BillingModule : Module<IBillingStore>
{
    public override string Role => Roles.Payment;

    public override int Port => 8020;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<BillingService, Payment.PaymentClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment) =>
        services.AddNoKeys();

    public override void ConfigureMarten(StoreOptions marten) => marten.Storage.ExtendedSchemaObjects.Add(new EffectTable(Role));

    public override void ConfigureWolverine(WolverineOptions wolverine) => wolverine.UseShortTimes();
}
