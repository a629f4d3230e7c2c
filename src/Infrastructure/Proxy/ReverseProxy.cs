using System.Globalization;
using System.Net;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Mesh;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Forwarder;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Transforms;

namespace Aarya.Infrastructure.Proxy;

/// <summary>
/// Forwards the routes of every context in another process to that context, over its socket or URL. Each of a context's
/// endpoints becomes one endpoint of the gateway with the same template, method and attributes, so that 404, 405 and the
/// edge's policies are the same as in a process that hosts everything.
/// </summary>
public static class ReverseProxy
{
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromSeconds(1);

    internal static void AddProxy(this WebApplicationBuilder builder, ActiveContexts contexts, ActiveRoles roles)
    {
        if (!roles.HostsGateway || contexts.Dormant.Count == 0) return;
        // A request without a byte in either direction is aborted after the time that a whole request may take.
        var timeout = RequestDeadline.LongestFrom(builder.Configuration);
        var addresses = contexts.Dormant.ToDictionary(x => x.Role,
            x => ContextAddress.Of(x.Role, builder.Configuration, builder.Environment));
        builder.Services.AddSingleton<ProxyRetry>();
        builder.Services.AddSingleton<IPassiveHealthCheckPolicy, ClusterCircuit>();
        builder.Services.AddSingleton<IForwarderHttpClientFactory>(new ContextHttpClients(addresses));
        builder.Services.AddReverseProxy()
            .LoadFromMemory(
                [.. RoutesOf(contexts, builder.Environment).Select(Route)],
                [.. addresses.Values.Select(x => Cluster(x, timeout))])
            .AddTransforms(transforms =>
            {
                var secret = addresses[transforms.Route.ClusterId!].Secret;
                transforms.AddRequestTransform(request => PassOn(request, secret, timeout));
                // The edge itself sends the request's id to the client, once.
                transforms.AddResponseHeaderRemove("X-Request-Id", ResponseCondition.Always);
            });
    }

    internal static void MapProxy(this WebApplication app, ActiveContexts contexts, ActiveRoles roles)
    {
        if (!roles.HostsGateway || contexts.Dormant.Count == 0) return;
        var retry = app.Services.GetRequiredService<ProxyRetry>();
        var routes = RoutesOf(contexts, app.Environment).ToDictionary(IdOf);
        app.MapReverseProxy(proxy =>
            {
                proxy.Use(WithoutUpgrade);
                proxy.Use(AnswerFailureAsync);
                proxy.Use(retry.RunAsync);
                proxy.UsePassiveHealthChecks();
            })
            .ConfigureEndpoints((endpoint, route) => endpoint.WithMetadata([.. routes[route.RouteId].Metadata]));
    }

    private static IEnumerable<ContextRoute> RoutesOf(ActiveContexts contexts, IHostEnvironment environment) =>
        contexts.Dormant.SelectMany(ContextRoutes.Of).Where(x => !environment.IsProduction() || !x.IsDevelopmentOnly);

    private static string IdOf(ContextRoute route) => $"{route.Role} {route.Method} {route.Template}";

    private static RouteConfig Route(ContextRoute route) => new()
    {
        RouteId = IdOf(route),
        ClusterId = route.Role,
        Match = new() { Path = route.Template, Methods = [route.Method] },
    };

    private static ClusterConfig Cluster(ContextAddress address, TimeSpan timeout) => new()
    {
        ClusterId = address.Role,
        Destinations = new Dictionary<string, DestinationConfig> { [address.Role] = new() { Address = address.Url.ToString() } },
        HttpRequest = new()
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            ActivityTimeout = timeout,
        },
        HealthCheck = new()
        {
            Active = new()
            {
                Enabled = true,
                Interval = ProbeInterval,
                Timeout = ProbeInterval,
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                Path = HealthEndpoints.LivePath,
            },
            Passive = new() { Enabled = true, Policy = ClusterCircuit.PolicyName },
            // By default YARP would send requests to a context that it cannot reach.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyAndUnknown,
        },
        Metadata = new Dictionary<string, string>
        {
            // Longer than the dialer waits: requests wait for a context that restarts, but not for one that stays down.
            [ConsecutiveFailuresHealthPolicyOptions.ThresholdMetadataName] = ((int)(address.Patience / ProbeInterval) + 1)
                .ToString(CultureInfo.InvariantCulture),
        },
    };

    // YARP's own transforms set X-Forwarded-*: they replace what the client sent, and do not append to it.
    private static ValueTask PassOn(RequestTransformContext request, string? secret, TimeSpan timeout)
    {
        var http = request.HttpContext;
        var headers = request.ProxyRequest.Headers;
        if (ProxyRetry.IsSentOnce(http)) request.ProxyRequest.Options.Set(ProxyRetry.SentOnce, true);
        Set(MeshTrust.SecretHeader, secret);
        var left = (RequestDeadline.Current is { } at ? RequestDeadline.Left(at) : timeout).TotalMilliseconds;
        Set(MeshTrust.TimeLeftHeader, ((long)Math.Clamp(left, 0, timeout.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture));
        if (!http.Request.Headers.ContainsKey("X-Request-Id")) Set("X-Request-Id", http.TraceIdentifier);
        return ValueTask.CompletedTask;

        void Set(string name, string? value)
        {
            headers.Remove(name);
            if (value is not null) headers.Add(name, value);
        }
    }

    // No context upgrades a connection: the request gets the same answer as in a single process.
    private static Task WithoutUpgrade(HttpContext http, RequestDelegate next)
    {
        http.Request.Headers.Remove("Upgrade");
        return next(http);
    }

    /// <summary>
    /// 503 when the context was not reached or did not process the request, so that a retry is safe; 502 when it broke off and may have
    /// acted.
    /// </summary>
    private static async Task AnswerFailureAsync(HttpContext http, RequestDelegate next)
    {
        await next(http);
        if (http.Response.HasStarted || http.GetForwarderErrorFeature() is not { } failure) return;
        // When the time limit has passed or the client has gone, the edge answers, as it does in a single process.
        http.RequestAborted.ThrowIfCancellationRequested();
        var status = failure.Error switch
        {
            ForwarderError.NoAvailableDestinations => StatusCodes.Status503ServiceUnavailable,
            ForwarderError.Request when ProxyRetry.IsUnreached(failure.Exception) || ProxyRetry.IsUnseen(failure) =>
                StatusCodes.Status503ServiceUnavailable,
            ForwarderError.RequestTimedOut => StatusCodes.Status504GatewayTimeout,
            var error when ProxyRetry.ContextBrokeOff(http, error) => StatusCodes.Status502BadGateway,
            _ => http.Response.StatusCode,
        };
        http.Response.StatusCode = status;
        if (status == StatusCodes.Status503ServiceUnavailable) http.Response.Headers.RetryAfter = "1";
    }
}
