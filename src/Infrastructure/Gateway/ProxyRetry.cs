using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Aarya.Infrastructure.Gateway;

/// <summary>
/// Sends a request again whose context broke off before it answered: only what is safe to repeat (GET, HEAD, and keyed
/// requests whose small body can be resent), with growing jittered pauses and within a budget; and any request that the
/// context has refused unseen, which is the same request still. Never a payment.
/// </summary>
/// <remarks>
/// A stopping server refuses streams that raced its farewell, and vouches that it processed nothing of them (RFC 9113,
/// 8.7). HttpClient then sends again by itself when the body is one that <see cref="SendUnsentAgain"/> holds; YARP's own can
/// be read once only, so that it fails in doing so. Connecting is not repeated here: the dialer waits for a context by
/// itself, for every request.
/// </remarks>
public sealed class ProxyRetry
{
    internal const int LargestBody = 256 * 1024;
    private const int Attempts = 3;

    // RFC 9113, section 7.
    private const long RefusedStream = 7;

    private readonly ConcurrentDictionary<string, RetryBudget> budgets = new(StringComparer.Ordinal);

    public async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        var budget = budgets.GetOrAdd(http.GetReverseProxyFeature().Cluster.Config.ClusterId, _ => new());
        budget.Earn();
        var repeatable = MayRepeat(http.Request);
        if (IsPayment(http.Request.Path) || !CanResend(http.Request))
        {
            await next(http);
            return;
        }

        var proxy = http.GetReverseProxyFeature();
        var destinations = proxy.AvailableDestinations;
        if (http.Request.ContentLength > 0) http.Request.EnableBuffering(LargestBody, LargestBody);
        for (var attempt = 1; ; attempt++)
        {
            await next(http);
            if (attempt == Attempts || !BrokeOff(http, out var unseen) || !(unseen || (repeatable && budget.Spend()))) return;
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 50) << attempt), http.RequestAborted);
            http.Features.Set<IForwarderErrorFeature>(null);
            http.Response.StatusCode = StatusCodes.Status200OK;
            if (http.Request.ContentLength > 0) http.Request.Body.Position = 0;
            proxy.AvailableDestinations = destinations;
            proxy.ProxiedDestination = null;
        }
    }

    /// <summary>True when doing the request twice is doing it once, and no money is moved by it.</summary>
    public static bool MayRepeat(HttpRequest request) =>
        !IsPayment(request.Path) && CanResend(request)
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.ContainsKey("Idempotency-Key"));

    internal static bool IsPayment(PathString path) => path.StartsWithSegments("/api/payments");

    // A body of unknown length is not read ahead; a request that can have none says no length.
    private static bool CanResend(HttpRequest request) => request.ContentLength is { } length
        ? length <= LargestBody
        : request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };

    /// <summary>True when no connection was made, and so nothing of the request was sent.</summary>
    internal static bool IsUnreached(Exception? failure) =>
        failure is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        };

    /// <summary>
    /// True when the context has refused the request without processing it: it says so, or HttpClient wanted the body a second time.
    /// </summary>
    internal static bool IsUnseen(IForwarderErrorFeature failure) =>
        failure is
        {
            Error: ForwarderError.Request,
            Exception: HttpRequestException
            {
                InnerException: InvalidOperationException or HttpProtocolException { ErrorCode: RefusedStream },
            },
        };

    private static bool BrokeOff(HttpContext http, out bool unseen)
    {
        unseen = false;
        if (http.Response.HasStarted || http.RequestAborted.IsCancellationRequested || http.GetForwarderErrorFeature() is not { } failure)
            return false;
        unseen = IsUnseen(failure);
        return failure.Error is ForwarderError.Request or ForwarderError.RequestBodyDestination && !IsUnreached(failure.Exception);
    }
}

/// <summary>Lets one request in ten be repeated, and a few at once: repeating must not become the load that keeps a context down.</summary>
internal sealed class RetryBudget
{
    private const int Share = 10;
    private const int Most = 50 * Share;
    private int tenths = Most;

    public void Earn()
    {
        var now = Volatile.Read(ref tenths);
        if (now < Most) Interlocked.CompareExchange(ref tenths, now + 1, now);
    }

    public bool Spend()
    {
        if (Interlocked.Add(ref tenths, -Share) >= 0) return true;
        Interlocked.Add(ref tenths, Share);
        return false;
    }
}
