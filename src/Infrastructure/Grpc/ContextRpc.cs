using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Mesh;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.Grpc;

/// <summary>A context's gRPC service and the generated client that reaches it, in this process or another.</summary>
public abstract class ContextRpc
{
    /// <summary>The service class; every call gets a new instance.</summary>
    public abstract Type Service { get; }

    /// <summary>The generated client that slices of any context inject.</summary>
    public abstract Type Client { get; }

    /// <summary>For a module: <c>ContextRpc.Of&lt;CommerceService, Commerce.CommerceClient&gt;()</c>.</summary>
    public static ContextRpc Of<TService, TClient>() where TService : class where TClient : ClientBase<TClient> =>
        new Pair<TService, TClient>();

    /// <summary>A client whose calls stay in this process.</summary>
    internal abstract void AddInProcess(IServiceCollection services);

    /// <summary>A client whose calls go to another process.</summary>
    internal abstract void AddRemote(IServiceCollection services, ContextAddress address);

    /// <summary>A client per context, by its role: each process serves the service for the contexts that it hosts.</summary>
    internal abstract void AddPerContext(IServiceCollection services, IEnumerable<string> hosted, IEnumerable<ContextAddress> remote);

    internal abstract GrpcServiceEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints);

    private sealed class Pair<TService, TClient> : ContextRpc where TService : class where TClient : ClientBase<TClient>
    {
        public override Type Service => typeof(TService);

        public override Type Client => typeof(TClient);

        internal override void AddInProcess(IServiceCollection services)
        {
            services.AddScoped<TService>();
            services.AddSingleton(InProcess);
        }

        internal override void AddRemote(IServiceCollection services, ContextAddress address)
        {
            AddChannel(services, address);
            services.AddSingleton(provider => Remote(provider, address));
        }

        internal override void AddPerContext(
            IServiceCollection services, IEnumerable<string> hosted, IEnumerable<ContextAddress> remote)
        {
            services.AddScoped<TService>();
            foreach (var role in hosted) services.AddKeyedSingleton(role, (provider, _) => InProcess(provider));
            foreach (var address in remote)
            {
                AddChannel(services, address);
                services.AddKeyedSingleton(address.Role, (provider, _) => Remote(provider, address));
            }
        }

        internal override GrpcServiceEndpointConventionBuilder Map(IEndpointRouteBuilder endpoints) => endpoints.MapGrpcService<TService>();

        // One channel to each context, whatever is called over it.
        private static void AddChannel(IServiceCollection services, ContextAddress address) =>
            services.TryAddKeyedSingleton(address.Role, (_, _) => ContextChannel.To(address));

        private static TClient InProcess(IServiceProvider provider) => New(new InProcessInvoker<TService>(
            provider.GetRequiredService<IServiceScopeFactory>(), [provider.GetRequiredService<ServiceErrors>()]));

        private static TClient Remote(IServiceProvider provider, ContextAddress address) =>
            New(ContextChannel.Invoker(provider.GetRequiredKeyedService<GrpcChannel>(address.Role), address));

        private static TClient New(CallInvoker invoker) =>
            (TClient)Activator.CreateInstance(typeof(TClient), invoker.Intercept(new CallDeadline()))!;
    }
}

/// <summary>The one channel of this process to a context in another one.</summary>
public static class ContextChannel
{
    public static GrpcChannel To(ContextAddress address) =>
        GrpcChannel.ForAddress(address.Url, new() { HttpHandler = new Dialer(address).Handler(), DisposeHttpClient = true });

    /// <summary>Calls over the channel; over TCP they carry the mesh secret.</summary>
    public static CallInvoker Invoker(GrpcChannel channel, ContextAddress address) => address.Secret is { } secret
        ? channel.Intercept(headers => [.. headers, new(MeshTrust.SecretHeader, secret)])
        : channel.CreateCallInvoker();
}

public static class ContextRpcSetup
{
    /// <summary>Every context's client: in-process for those hosted here, over their sockets or URLs for the others.</summary>
    /// <param name="shared">The services that every process serves for the contexts that it hosts.</param>
    internal static void AddContextRpc(this IHostApplicationBuilder builder, IEnumerable<ContextRpc> hosted,
        IEnumerable<(string Role, ContextRpc Rpc)> remote, IEnumerable<ContextRpc> shared, ActiveContexts contexts)
    {
        builder.Services.AddContextGrpc();
        foreach (var rpc in hosted) rpc.AddInProcess(builder.Services);
        foreach (var (role, rpc) in remote)
            rpc.AddRemote(builder.Services, ContextAddress.Of(role, builder.Configuration, builder.Environment));
        foreach (var rpc in shared)
            rpc.AddPerContext(builder.Services, contexts.Active.Select(x => x.Role),
                contexts.Dormant.Select(x => ContextAddress.Of(x.Role, builder.Configuration, builder.Environment)));
    }

    /// <summary>Adds gRPC as the contexts use it.</summary>
    public static void AddContextGrpc(this IServiceCollection services)
    {
        services.AddSingleton<ServiceErrors>();
        services.AddGrpc(grpc =>
        {
            grpc.IgnoreUnknownServices = true;
            grpc.Interceptors.Add<ServiceErrors>();
        });
        services.Replace(ServiceDescriptor.Singleton(typeof(IServiceMethodProvider<>), typeof(StrictMethods<>)));
    }

    /// <summary>
    /// Maps the services of the contexts hosted here, for the mesh alone; a process that hosts everything gets no calls from outside.
    /// </summary>
    internal static void MapContextRpc(this IEndpointRouteBuilder endpoints, IEnumerable<ContextRpc> hosted, ActiveRoles roles)
    {
        if (roles.IsAll) return;
        foreach (var rpc in hosted) rpc.Map(endpoints).RequireMesh();
    }
}
