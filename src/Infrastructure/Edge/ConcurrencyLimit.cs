using System.Threading.RateLimiting;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// Limits concurrent and queued requests, and rejects the rest with 503: an overloaded shop serves as many requests as
/// before, instead of none. Live connections are not counted, and requests that wait for news
/// (<see cref="WaitsForNewsAttribute"/>) have their own, larger limit.
/// </summary>
internal sealed class ConcurrencyLimit(EdgeSettings settings) : IDisposable
{
    private const int WaitingShare = 8;

    private readonly ConcurrencyLimiter working =
        new(new()
        {
            PermitLimit = settings.Concurrent,
            QueueLimit = settings.Queued,
            QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
        });
    private readonly ConcurrencyLimiter waiting = new(new() { PermitLimit = settings.Concurrent * WaitingShare });

    public async Task AdmitAsync(HttpContext http, RequestDelegate next)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<HubMetadata>() is not null || metadata?.GetMetadata<ForOperators>() is not null)
        {
            await next(http);
            return;
        }

        var waits = metadata?.GetMetadata<WaitsForNewsAttribute>() is not null && http.Request.Query.ContainsKey("wait");
        using var lease = await (waits ? waiting : working).AcquireAsync(1, http.RequestAborted);
        if (lease.IsAcquired)
        {
            await next(http);
            return;
        }

        http.Response.Headers.RetryAfter = "1";
        await Problems.WriteAsync(http, Overloaded());
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
