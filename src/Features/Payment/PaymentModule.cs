using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Options;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Providers;
using Aarya.Features.Payment.Store;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Operators;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Telemetry;
using JasperFx.Events.Projections;
using Marten;
using Marten.Exceptions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;
using Wolverine.ErrorHandling;

namespace Aarya.Features.Payment;

public sealed class PaymentModule : Module<IPaymentStore>
{
    // Calls spend most of their time waiting for the provider; a few slow answers must not delay the rest.
    private const int CallsAtOnce = 32;

    public override string Role => Roles.Payment;

    public override int Port => 8020;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<PaymentService, Protos.Payment.Payment.PaymentClient>();

    public override IReadOnlyList<DatabaseGauge> Gauges => PaymentGauges.All;

    public override OperatorsView OperatorsView => PaymentCharts.View;

    public override IReadOnlyList<NumberSetting> NumberSettings => PaymentOptions.Numbers;

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddSingleton(PaymentOptions.From(configuration));
        services.AddSingleton<ProviderAccess>();
        services.AddSingleton<IPaymentProvider, SandboxProvider>();
        services.AddHostedService<ProviderAtStart>();
        services.AddHostedService<Reconciler>();
        services.AddPaymentInvariants();
    }

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.Events.AddEventTypes(PaymentFacts.All);
        marten.Projections.Add<OrderPaymentProjection>(ProjectionLifecycle.Inline);
        marten.Schema.For<OrderPayment>()
            .Duplicate(x => x.Subject)
            .Duplicate(x => x.EmailFingerprint)
            .Duplicate(x => x.Status)
            .Duplicate(x => x.RequestedAt)
            .Duplicate(x => x.ChangedAt)
            .Duplicate(x => x.WatchUntil)
            .Duplicate(x => x.UnwantedSince, configure: x => x.Predicate = PaymentGauges.Unwanted);
        marten.Schema.For<OrderOwner>().Index(x => x.UserId);
        // The table keeps the name that it had before the type was renamed.
        marten.Schema.For<GuestSuccessor>().DocumentAlias("formerguest").Index(x => x.UserId);
        marten.Storage.ExtendedSchemaObjects.AddRange(PaymentTables.All);
    }

    public override void ConfigureWolverine(WolverineOptions wolverine)
    {
        // Two messages may both be the first of a payment.
        wolverine.OnException<ExistingStreamIdCollisionException>().Or<StreamLockedException>()
            .RetryWithCooldown(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), TimeSpan.FromMilliseconds(250));
        wolverine.LocalQueueFor<SendCharge>().MaximumParallelMessages(CallsAtOnce);
        wolverine.LocalQueueFor<SendRefund>().MaximumParallelMessages(CallsAtOnce);
        wolverine.LocalQueueFor<VoidCharge>().MaximumParallelMessages(CallsAtOnce);
        wolverine.LocalQueueFor<ReconcilePayment>().MaximumParallelMessages(CallsAtOnce);
    }
}
