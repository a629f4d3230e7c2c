using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Proxy;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Counts the requests of storefronts and how long they take. Everything that reaches the edge counts for the service <c>gateway</c>, what
/// it refuses included, and everything that reaches an endpoint of a context counts for the context, too, whether one process hosts all
/// roles or each role has its own.
/// </summary>
internal sealed class RequestMetrics
{
    // Seconds; up to the longest that a request may take.
    private static readonly double[] Buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

    /// <summary>The path of a request that no route matches, so that made-up paths do not add series.</summary>
    public const string NoRoute = "(none)";

    private const string OtherMethod = "_OTHER";
    private const int ClientGone = 499;

    private static readonly Counter<long> Requests = ShopMeter.Counter("http_requests",
        "Requests that have ended, by status; 499 if the client closed the connection first.");
    private static readonly Histogram<double> Durations = ShopMeter.Durations(
        "http_request_duration", "Time from a request's arrival to the end of its answer.", Buckets);

    private static readonly string[] Methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    private static readonly string[] Statuses =
        [.. Enumerable.Range(0, 600).Select(x => x.ToString(CultureInfo.InvariantCulture))];

    private static readonly int[] Failures =
    [
        StatusCodes.Status500InternalServerError, StatusCodes.Status502BadGateway, StatusCodes.Status503ServiceUnavailable,
        StatusCodes.Status504GatewayTimeout,
    ];

    private readonly ConcurrentDictionary<Endpoint, Route> routes = [];
    private readonly ConcurrentDictionary<(string Service, string Method, string Path), byte> known = [];
    private readonly Dictionary<(string Method, string Template), string> owners = [];
    private readonly bool isEdge;
    private readonly string service;

    public RequestMetrics(ActiveRoles roles, ActiveContexts contexts)
    {
        isEdge = roles.HostsGateway;
        service = roles.Hosted[0];
        foreach (var route in contexts.Active.SelectMany(ContextRoutes.Of))
            owners[(route.Method, route.Template.Trim('/'))] = route.Role;
    }

    /// <summary>Counts what the process answers.</summary>
    public async Task CountAsync(HttpContext http, RequestDelegate next)
    {
        var endpoint = http.GetEndpoint();
        // Probes come all the time: they would hide the failures of shoppers, or look like some.
        if (endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>() is not null || endpoint?.Metadata.GetMetadata<ForOperators>() is not null)
        {
            await next(http);
            return;
        }

        var method = MethodOf(http.Request.Method);
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(began);
            var route = endpoint is null ? Route.None : routes.GetOrAdd(endpoint, RouteOf);
            var status = StatusOf(http);
            // A live connection is not an answer that a client waits for.
            var isLive = endpoint?.Metadata.GetMetadata<HubMetadata>() is not null;
            var inner = http.Features.Get<AtEndpoint>();
            // A context in a process of its own has no edge in front of it here.
            Record(isEdge ? service : route.Owner ?? service, method, route.Path, status, isLive ? null : took);
            if (isEdge && inner is { Took: var within } && route.Owner is { } owner) Record(owner, method, route.Path, status, within);
        }
    }

    /// <summary>Measures the time at the endpoint, without the edge.</summary>
    public static async Task MeasureEndpointAsync(HttpContext http, RequestDelegate next)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            http.Features.Set(new AtEndpoint(Stopwatch.GetElapsedTime(began)));
        }
    }

    private void Record(string service, string method, string path, int status, TimeSpan? took)
    {
        KeyValuePair<string, object?> serving = new("service", service), asking = new("method", method), at = new("path", path);
        // Prometheus sees no increase in the first number of a series: failures begin at zero, before the first one.
        if (known.TryAdd((service, method, path), default))
            foreach (var failure in Failures) Requests.Add(0, new TagList { serving, asking, at, new("status", Statuses[failure]) });
        Requests.Add(1, new TagList { serving, asking, at, new("status", Statuses[status]) });
        if (took is { } time) Durations.Record(time.TotalSeconds, serving, asking, at);
    }

    private static int StatusOf(HttpContext http)
    {
        if (http.RequestAborted.IsCancellationRequested && !http.Response.HasStarted) return ClientGone;
        return http.Response.StatusCode is >= 0 and < 600 and var status ? status : StatusCodes.Status500InternalServerError;
    }

    private static string MethodOf(string method) => Array.Find(Methods, x => x == method) ?? OtherMethod;

    private Route RouteOf(Endpoint endpoint)
    {
        if (endpoint is not RouteEndpoint { RoutePattern: var pattern }) return Route.None;
        var template = (pattern.RawText ?? "").Trim('/');
        var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : "";
        return new($"/{RouteNames.Plain(template)}", owners.GetValueOrDefault((method, template)));
    }

    private sealed record Route(string Path, string? Owner)
    {
        public static readonly Route None = new(NoRoute, null);
    }

    private sealed record AtEndpoint(TimeSpan Took);
}
