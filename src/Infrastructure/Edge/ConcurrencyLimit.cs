using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// Limits concurrent and queued requests, and rejects the rest with 503: an overloaded shop serves as many requests as
/// before, instead of none. Live connections are not counted, and requests that wait for news
/// (<see cref="WaitsForNewsAttribute"/>) have their own, larger limit.
/// </summary>
internal sealed class ConcurrencyLimit : IDisposable
{
    private const int WaitingShare = 8;

    private static readonly Histogram<double> QueueTime = ShopMeter.Durations("aarya_edge_queue_time",
        "Time that a request waited until others had ended; requests that did not wait are not counted.",
        [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30]);

    private readonly ConcurrencyLimiter working;
    private readonly ConcurrencyLimiter waiting;

    public ConcurrencyLimit(EdgeSettings settings, IMeterFactory meters)
    {
        working = new(new()
        {
            PermitLimit = settings.Concurrent,
            QueueLimit = settings.Queued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
        waiting = new(new() { PermitLimit = settings.Concurrent * WaitingShare });
        meters.Create(ShopMeter.Name).CreateObservableGauge("aarya_edge_requests", () => new[]
        {
            Of("processing", settings.Concurrent - working.GetStatistics()!.CurrentAvailablePermits),
            Of("queued", working.GetStatistics()!.CurrentQueuedCount),
            Of("waiting", (settings.Concurrent * WaitingShare) - waiting.GetStatistics()!.CurrentAvailablePermits),
        }, unit: null, "Requests at the edge: processing, queued until others end, or waiting for news.");
    }

    private static Measurement<long> Of(string state, long count) => new(count, new KeyValuePair<string, object?>("state", state));

    public async Task AdmitAsync(HttpContext http, RequestDelegate next)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<HubMetadata>() is not null || metadata?.GetMetadata<ForOperators>() is not null)
        {
            await next(http);
            return;
        }

        var waits = metadata?.GetMetadata<WaitsForNewsAttribute>() is not null && http.Request.Query.ContainsKey("wait");
        using var lease = await EnterAsync(waits ? waiting : working, http.RequestAborted);
        if (lease.IsAcquired)
        {
            await next(http);
            return;
        }

        RefusedRequests.Count(RefusedRequests.Load);
        http.Response.Headers.RetryAfter = "1";
        await Problems.WriteAsync(http, Overloaded());
    }

    private static async ValueTask<RateLimitLease> EnterAsync(ConcurrencyLimiter limiter, CancellationToken cancellation)
    {
        var entering = limiter.AcquireAsync(1, cancellation);
        if (entering.IsCompletedSuccessfully) return entering.Result;
        var began = Stopwatch.GetTimestamp();
        try
        {
            return await entering;
        }
        finally
        {
            QueueTime.Record(Stopwatch.GetElapsedTime(began).TotalSeconds);
        }
    }

    public static ProblemDetails Overloaded() => Problem.Of(
        StatusCodes.Status503ServiceUnavailable, "service.overloaded", "Too many requests at once",
        "The shop is very busy: try again in a moment.");

    public void Dispose()
    {
        working.Dispose();
        waiting.Dispose();
    }
}

/// <summary>The endpoint can hold its answer until there is news (<c>?wait=10s</c>); a waiting request costs little.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class WaitsForNewsAttribute : Attribute;
