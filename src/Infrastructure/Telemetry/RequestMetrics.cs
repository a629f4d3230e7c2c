using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Proxy;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Counts the requests of storefronts and how long they take. Everything that reaches the edge counts for the service <c>gateway</c>, what
/// it refuses included, and everything that reaches an endpoint of a context counts for the context, too, whether one process hosts all
/// roles or each role has its own.
/// </summary>
internal sealed class RequestMetrics
{
    private static readonly string[] Methods = [.. RequestMethods.Names];
    private static readonly int Head = Array.IndexOf(Methods, HttpMethods.Head);
    private static readonly int Get = Array.IndexOf(Methods, HttpMethods.Get);

    private readonly ConcurrentDictionary<Endpoint, Route> routes = [];
    private readonly ConcurrentDictionary<(string Service, string Method, string Path), RequestSeries> series = [];
    private readonly Route noRoute = new(RequestRoute.None, null);
    private readonly Dictionary<(string Method, string Template), string> owners = [];
    private readonly TimeProvider time;
    private readonly bool isEdge;
    private readonly string service;

    public RequestMetrics(ActiveRoles roles, ActiveContexts contexts, TimeProvider time)
    {
        this.time = time;
        isEdge = roles.HostsGateway;
        service = roles.Hosted[0];
        foreach (var route in contexts.Active.SelectMany(ContextRoutes.Of))
            owners[(route.Method, route.Template.Trim('/'))] = route.Role;
    }

    /// <summary>Counts what the process answers.</summary>
    public async Task CountAsync(HttpContext http, RequestDelegate next)
    {
        var endpoint = http.GetEndpoint();
        var route = endpoint is null ? noRoute : routes.TryGetValue(endpoint, out var known) ? known : routes.GetOrAdd(endpoint, RouteOf);
        if (!route.Counts)
        {
            await next(http);
            return;
        }

        var method = Array.IndexOf(Methods, RequestMethods.NameOf(http));
        var began = Stopwatch.GetTimestamp();
        try
        {
            await next(http);
        }
        finally
        {
            var took = Stopwatch.GetElapsedTime(began);
            var status = StatusOf(http);
            var inner = http.Features.Get<AtEndpoint>();
            var (outer, own) = route.SeriesOf(method) ?? route.Remember(method, Find(method, route));
            outer.Count(status, route.IsLive ? null : took);
            if (inner is not null) own?.Count(status, inner.Took);
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

    /// <summary>Writes all numbers as Prometheus reads them.</summary>
    /// <param name="withExemplars">Name a trace per bucket, which only OpenMetrics allows.</param>
    public void Write(StringBuilder text, bool withExemplars) => RequestSeries.Write(text, [.. series.Values], withExemplars);

    // At the edge, and there also for the context whose endpoint it is, which answers HEAD as GET; a context in a process of its own has
    // no edge in front of it here.
    private (RequestSeries Outer, RequestSeries? Own) Find(int method, Route route) => isEdge
        ? (Of(service, method, route), route.Owner is { } owner ? Of(owner, method == Head ? Get : method, route) : null)
        : (Of(route.Owner ?? service, method, route), null);

    private RequestSeries Of(string serving, int method, Route route) =>
        series.GetOrAdd((serving, Methods[method], route.Path), x => new(x.Service, x.Method, x.Path, time));

    private static int StatusOf(HttpContext http) =>
        EndedStatus.Of(http) is >= 0 and < 600 and var status ? status : StatusCodes.Status500InternalServerError;

    private Route RouteOf(Endpoint endpoint)
    {
        if (endpoint is not RouteEndpoint { RoutePattern: var pattern }) return noRoute;
        var template = (pattern.RawText ?? "").Trim('/');
        var method = endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is [var first, ..] ? first : "";
        var named = RequestRoute.Of(endpoint);
        return new(named.Name, owners.GetValueOrDefault((method, template)))
        {
            // Probes would hide the failures of shoppers, or look like some.
            Counts = endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is null && !named.IsProbe,
            IsLive = named.IsLive,
        };
    }

    private sealed class Route(string path, string? owner)
    {
        private readonly Tuple<RequestSeries, RequestSeries?>?[] byMethod = new Tuple<RequestSeries, RequestSeries?>?[Methods.Length];

        public string Path => path;

        public bool Counts { get; init; } = true;

        // A live connection is not an answer that a client waits for.
        public bool IsLive { get; init; }

        // The role of the context whose endpoint it is.
        public string? Owner => owner;

        public (RequestSeries Outer, RequestSeries? Own)? SeriesOf(int method) =>
            Volatile.Read(ref byMethod[method]) is { } known ? (known.Item1, known.Item2) : null;

        public (RequestSeries Outer, RequestSeries? Own) Remember(int method, (RequestSeries Outer, RequestSeries? Own) found)
        {
            Volatile.Write(ref byMethod[method], Tuple.Create(found.Outer, found.Own));
            return found;
        }
    }

    private sealed record AtEndpoint(TimeSpan Took);
}
