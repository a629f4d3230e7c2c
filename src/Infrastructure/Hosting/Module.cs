using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;

namespace Aarya.Infrastructure.Hosting;

/// <summary>One bounded context: everything it adds to the host, and nothing about where it is deployed.</summary>
public abstract class Module
{
    /// <summary>The role that hosts this context, its PostgreSQL schema and its consumer group on every stream.</summary>
    public abstract string Role { get; }

    /// <summary>The marker interface of the context's own document store.</summary>
    public abstract Type StoreType { get; }

    /// <summary>The gRPC service that other contexts call, and its client.</summary>
    public abstract ContextRpc Rpc { get; }

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

    /// <summary>Pages for people who develop against the shop; they do not exist in production.</summary>
    public virtual IReadOnlyList<PageLink> DevelopmentPages => [];

    /// <summary>Accounts that `seed` creates in development, to try the shop with.</summary>
    public virtual IReadOnlyList<TrialAccount> TrialAccounts(IConfiguration configuration) => [];

    internal abstract void AddStore(IServiceCollection services, ContextDatabases databases, Sealer sealer, bool createSchemaObjects);

    internal string Namespace => GetType().Namespace!;

    /// <summary>True when the type is in this context's namespace.</summary>
    internal bool Owns(Type type) =>
        type.Namespace is { } ns && (ns == Namespace || ns.StartsWith(Namespace + ".", StringComparison.Ordinal));
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

    internal sealed override void AddStore(IServiceCollection services, ContextDatabases databases, Sealer sealer,
        bool createSchemaObjects) =>
        services.AddContextStore<TStore>(this, databases, sealer, createSchemaObjects);
}

/// <summary>The contexts of this process, and those of other processes.</summary>
public sealed record ActiveModules(IReadOnlyList<Module> Active, IReadOnlyList<Module> Dormant)
{
    /// <summary>The context that a handler or endpoint class belongs to, by its namespace.</summary>
    public Module? Owner(Type type) => Active.FirstOrDefault(x => x.Owns(type));
}
