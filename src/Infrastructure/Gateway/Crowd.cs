using System.Threading.RateLimiting;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.Gateway;

/// <summary>
/// Works on so many requests at once, lets so many more wait, and tells the rest to come back: a shop that is overrun
/// serves as many as ever instead of none. Live connections are not counted, and those who merely wait for news
/// (<c>?wait=</c>) have a larger room of their own.
/// </summary>
internal sealed class Crowd(EdgeSettings settings) : IDisposable
{
    private const int WaitingShare = 8;

    private readonly ConcurrencyLimiter working = new(new() { PermitLimit = settings.Concurrent, QueueLimit = settings.Queued, QueueProcessingOrder = QueueProcessingOrder.OldestFirst });
    private readonly ConcurrencyLimiter waiting = new(new() { PermitLimit = settings.Concurrent * WaitingShare });

    public async Task AdmitAsync(HttpContext http, RequestDelegate next)
    {
        var metadata = http.GetEndpoint()?.Metadata;
        if (metadata?.GetMetadata<HubMetadata>() is not null || metadata?.GetMetadata<ForOperators>() is not null)
        {
            await next(http);
            return;
        }

        using var lease = await (http.Request.Query.ContainsKey("wait") ? waiting : working).AcquireAsync(1, http.RequestAborted);
        if (lease.IsAcquired)
        {
            await next(http);
            return;
        }

        http.Response.Headers.RetryAfter = "1";
        await Problems.WriteAsync(http, Problem.Of(StatusCodes.Status503ServiceUnavailable, "service.overloaded", "Too many at once", "The shop is full right now: try again in a moment."));
    }

    public void Dispose()
    {
        working.Dispose();
        waiting.Dispose();
    }
}
