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
    public Task CountAsync(HttpContext http, RequestDelegate next)
    {
        var route = RouteOf(http);
        if (!route.Counts) return next(http);
        var method = RequestMethods.IndexOf(http);
        var began = Stopwatch.GetTimestamp();
        var handling = Begin(http, next);
        if (!handling.IsCompletedSuccessfully) return CountLaterAsync(handling, http, route, method, began);
        Count(http, route, method, began);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Counts for the context what an endpoint answers at the edge, without the time of the edge. A failure is counted by
    /// <see cref="CountAsync"/>, which sees its answer.
    /// </summary>
    public Task CountAtEndpointAsync(HttpContext http, RequestDelegate next)
    {
        var route = RouteOf(http);
        if (route.Owner is null || !route.Counts) return next(http);
        var began = Stopwatch.GetTimestamp();
        var handling = Begin(http, next);
        if (!handling.IsCompletedSuccessfully) return CountAtEndpointLaterAsync(handling, http, route, began);
        CountAtEndpoint(http, route, Stopwatch.GetTimestamp() - began);
        return Task.CompletedTask;
    }

    /// <summary>Writes all numbers as Prometheus reads them.</summary>
    /// <param name="withExemplars">Name a trace per bucket, which only OpenMetrics allows.</param>
    public void Write(StringBuilder text, bool withExemplars) => RequestSeries.Write(text, [.. series.Values], withExemplars);

    // What the next step throws at once is a failed request, too.
    private static Task Begin(HttpContext http, RequestDelegate next)
    {
        try
        {
            return next(http);
        }
#pragma warning disable CA1031 // It is thrown where the task is awaited.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Task.FromException(e);
        }
    }

    private async Task CountLaterAsync(Task handling, HttpContext http, Route route, int method, long began)
    {
        try
        {
            await handling;
        }
        finally
        {
            Count(http, route, method, began);
        }
    }

    private void Count(HttpContext http, Route route, int method, long began)
    {
        var status = StatusOf(http);
        var series = route.Outer[method] ?? (route.Outer[method] = Of(isEdge ? service : route.Owner ?? service, method, route));
        if (route.IsLive) series.Count(status);
        else series.Count(status, Stopwatch.GetTimestamp() - began);
        if (status >= StatusCodes.Status400BadRequest && http.Features.Get<FailedAtEndpoint>() is { } failed)
            CountAtEndpoint(http, route, failed.Took);
    }

    private async Task CountAtEndpointLaterAsync(Task handling, HttpContext http, Route route, long began)
    {
        try
        {
            await handling;
        }
        catch
        {
            // An answer that has begun keeps its status; any other is written further out.
            if (http.Response.HasStarted) CountAtEndpoint(http, route, Stopwatch.GetTimestamp() - began);
            else http.Features.Set(new FailedAtEndpoint(Stopwatch.GetTimestamp() - began));
            throw;
        }

        CountAtEndpoint(http, route, Stopwatch.GetTimestamp() - began);
    }

    private void CountAtEndpoint(HttpContext http, Route route, long took)
    {
        // The context answers HEAD as GET.
        var method = RequestMethods.IndexOf(http) is var came && came == Head ? Get : came;
        var series = route.Inner[method] ?? (route.Inner[method] = Of(route.Owner!, method, route));
        series.Count(StatusOf(http), took);
    }

    private RequestSeries Of(string serving, int method, Route route) =>
        series.GetOrAdd((serving, Methods[method], route.Path), x => new(x.Service, x.Method, x.Path, time));

    private static int StatusOf(HttpContext http) =>
        EndedStatus.Of(http) is >= 0 and < 600 and var status ? status : StatusCodes.Status500InternalServerError;

    private Route RouteOf(HttpContext http) => http.GetEndpoint() is not { } endpoint ? noRoute
        : routes.TryGetValue(endpoint, out var known) ? known
        : routes.GetOrAdd(endpoint, RouteOf);

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
        public string Path => path;

        public bool Counts { get; init; } = true;

        // A live connection is not an answer that a client waits for.
        public bool IsLive { get; init; }

        // The role of the context whose endpoint it is.
        public string? Owner => owner;

        // By method, at the edge and at the endpoint. A series is the same however often it is looked up.
        public RequestSeries?[] Outer { get; } = new RequestSeries?[Methods.Length];

        public RequestSeries?[] Inner { get; } = new RequestSeries?[Methods.Length];
    }

    /// <param name="Took">In ticks of <see cref="Stopwatch"/>.</param>
    private sealed record FailedAtEndpoint(long Took);
}
