using System.Collections.Concurrent;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Rates;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// Receives the whole body of a request before the request takes a place among those that are processed, so that a client that sends its
/// body slowly delays no other. The bodies in memory have a limit for all together and one per network address.
/// </summary>
internal sealed class ReceivedBodies
{
    /// <summary>The most bytes of all bodies that are being received or processed.</summary>
    public const long MostBytes = 64 * 1024 * 1024;

    /// <summary>The most bytes of one network address.</summary>
    public const long MostBytesOfAddress = 8 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, long> byAddress = new(StringComparer.Ordinal);
    private long all;

    /// <summary>Calls <paramref name="next"/> with the body in memory, or answers 413 or 503.</summary>
    public async Task ReceiveAsync(HttpContext http, RequestDelegate next)
    {
        if (http.GetEndpoint() is null || !MayHaveBody(http.Request))
        {
            await next(http);
            return;
        }

        var address = RateLimits.NetworkOf(http.Connection.RemoteIpAddress);
        var kept = 0L;
        var isFull = false;
        try
        {
            if (await http.ReadAllAsync(JsonBody.Limit, Keep) is not null) await next(http);
            else if (!isFull) await Problems.WriteAsync(http, JsonBody.TooLarge());
            else await RefuseAsync(http);
        }
        finally
        {
            Release(address, kept);
        }

        bool Keep(int bytes)
        {
            if (isFull = !TryReserve(address, bytes)) return false;
            kept += bytes;
            return true;
        }
    }

    private static Task RefuseAsync(HttpContext http)
    {
        RefusedRequests.Count(RefusedRequests.Load);
        http.Response.Headers.RetryAfter = "1";
        return Problems.WriteAsync(http, ConcurrencyLimit.Overloaded());
    }

    internal static bool MayHaveBody(HttpRequest request) =>
        request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false }
        && (request.ContentLength is > 0 || (request.ContentLength is null && (HasChunks(request) || !IsReading(request))));

    private static bool HasChunks(HttpRequest request) => request.Headers.TransferEncoding.Count > 0;

    private static bool IsReading(HttpRequest request) => HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method);

    private bool TryReserve(string address, long bytes)
    {
        var own = byAddress.AddOrUpdate(address, bytes, (_, x) => x + bytes);
        if (Interlocked.Add(ref all, bytes) <= MostBytes && own <= MostBytesOfAddress) return true;
        Release(address, bytes);
        return false;
    }

    private void Release(string address, long bytes)
    {
        Interlocked.Add(ref all, -bytes);
        if (bytes > 0 && byAddress.AddOrUpdate(address, 0, (_, x) => x - bytes) == 0) byAddress.TryRemove(new(address, 0));
    }
}
