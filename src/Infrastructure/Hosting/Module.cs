using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Operators;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Telemetry;
using Marten;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;

namespace Aarya.Infrastructure.Hosting;

/// <summary>Everything that one bounded context adds to the host, and nothing about where it is deployed.</summary>
public abstract class Module : BoundedContext
{
    /// <summary>The gRPC service that other contexts call, and its client; null for a context that no other one calls.</summary>
    public virtual ContextRpc? Rpc => null;

    /// <summary>
    /// A gRPC service that every process serves for the contexts that it hosts, such as the list of dead letters. Its clients are
    /// registered by the context's role. Null for a module that adds none.
    /// </summary>
    public virtual ContextRpc? RpcOfEveryContext => null;

    /// <summary>The rate limits that the context's endpoints name; the edge applies them.</summary>
    public virtual IReadOnlyList<RatePolicy> RatePolicies => [];

    /// <summary>The context's settings that are whole numbers; the start of every process checks them.</summary>
    public virtual IReadOnlyList<NumberSetting> NumberSettings => [];

    /// <summary>The streams whose length this context limits.</summary>
    public virtual IReadOnlyList<StreamPolicy> Streams => [];

    /// <summary>
    /// The members of messages, also those of other contexts, whose UUID a handler's trace and log show: <c>OrderId</c> becomes
    /// <c>aarya.order.id</c>. Never that of a person.
    /// </summary>
    public virtual IReadOnlyList<string> TracedIds => [];

    /// <summary>What operators watch in the tables of this context.</summary>
    public virtual IReadOnlyList<DatabaseGauge> Gauges => [];

    /// <summary>
    /// What this context adds to the operators' page. Every process measures it: the gateway counts the requests of every context.
    /// </summary>
    public virtual OperatorsView OperatorsView => OperatorsView.None;

    /// <summary>Services of this context; called only in processes that host it.</summary>
    public virtual void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment) { }

    /// <summary>What other processes need of this context; called only in processes that do not host it.</summary>
    public virtual void AddRemoteServices(IServiceCollection services) { }

    /// <summary>Documents, event streams and plain tables (as extended schema objects) of the context's schema.</summary>
    public abstract void ConfigureMarten(StoreOptions marten);

    /// <summary>Rules of this context's own messages; events of streams need none (see WireEventAttribute).</summary>
    public virtual void ConfigureWolverine(WolverineOptions wolverine) { }

    /// <summary>Anything that is not a slice's own endpoint; the gRPC service is mapped already.</summary>
    public virtual void MapEndpoints(IEndpointRouteBuilder endpoints) { }

    /// <summary>
    /// What the edge itself serves for this context, such as a hub; called in the process that hosts the edge, whether or not it hosts the
    /// context.
    /// </summary>
    public virtual void MapAtEdge(IEndpointRouteBuilder endpoints) { }

    /// <summary>Pages for people who develop against the shop; they do not exist in production.</summary>
    public virtual IReadOnlyList<PageLink> DevelopmentPages => [];

    /// <summary>Accounts that `seed` creates in development, to try the shop with.</summary>
    public virtual IReadOnlyList<TrialAccount> TrialAccounts(IConfiguration configuration) => [];

    internal abstract void AddStore(IServiceCollection services, ContextDatabases databases, Sealer sealer);
}

/// <summary>A page that the program's start page leads to.</summary>
/// <param name="Purpose">What a person finds there.</param>
public sealed record PageLink(string Path, string Name, string Purpose);

/// <summary>An account to sign in with in development.</summary>
/// <param name="Password">The public password, or where to find it.</param>
public sealed record TrialAccount(string Email, string Role, string Password);

/// <inheritdoc cref="Module"/>
/// <typeparam name="TStore">The marker interface of the context's own document store.</typeparam>
public abstract class Module<TStore> : Module where TStore : class, IDocumentStore
{
    public sealed override Type StoreType => typeof(TStore);

    internal sealed override void AddStore(IServiceCollection services, ContextDatabases databases, Sealer sealer) =>
        services.AddContextStore<TStore>(Role, databases, sealer, marten =>
        {
            marten.Storage.ExtendedSchemaObjects.Add(new IdempotencyKeyTable(Role));
            marten.Storage.ExtendedSchemaObjects.Add(new ProcessedEventTable(Role));
            ConfigureMarten(marten);
        });
}

/// <summary>The modules of this process's contexts, and those of the contexts in other processes.</summary>
internal sealed record ActiveModules(IReadOnlyList<Module> Active, IReadOnlyList<Module> Dormant)
{
    /// <summary>The same as the rest of the infrastructure knows them.</summary>
    public ActiveContexts Contexts { get; } = new(Active, Dormant);
}
