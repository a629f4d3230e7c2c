using System.Collections.Concurrent;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Aarya.Infrastructure.Proxy;

/// <summary>
/// Repeats a request when the context broke off before it answered: only a request that is safe to repeat (GET, HEAD, and
/// keyed requests whose small body can be resent), with growing jittered pauses and within a budget. Also repeats any
/// request that the context refused without processing it. Never repeats what <see cref="NeverRepeatAttribute"/> marks.
/// </summary>
/// <remarks>
/// A stopping server refuses streams that arrive after its GOAWAY, and guarantees that it processed nothing of them (RFC
/// 9113, 8.7). HttpClient then repeats the request by itself if <see cref="SendUnsentAgain"/> has buffered the body. YARP's
/// own body can be read only once, so that this repetition fails. Connecting is not repeated here: the dialer already waits
/// for the context, for every request.
/// </remarks>
public sealed class ProxyRetry
{
    internal const int LargestBody = 256 * 1024;

    /// <summary>Marks a forwarded request whose endpoint is <see cref="IsSentOnce"/>.</summary>
    internal static readonly HttpRequestOptionsKey<bool> SentOnce = new("Aarya.SentOnce");

    private const int Attempts = 3;

    // RFC 9113, section 7.
    private const long RefusedStream = 7;

    private readonly ConcurrentDictionary<string, RetryBudget> budgets = new(StringComparer.Ordinal);

    public async Task RunAsync(HttpContext http, RequestDelegate next)
    {
        // A body that came in chunks has been received like any other: with its length it can be sent again.
        if (http.ReceivedBody() is { } body)
        {
            http.Request.Headers.TransferEncoding = default;
            http.Request.ContentLength = body.Length;
        }

        var budget = budgets.GetOrAdd(http.GetReverseProxyFeature().Cluster.Config.ClusterId, _ => new());
        budget.Earn();
        var repeatable = MayRepeat(http.Request);
        if (IsSentOnce(http) || !CanResend(http.Request))
        {
            await next(http);
            return;
        }

        var proxy = http.GetReverseProxyFeature();
        var destinations = proxy.AvailableDestinations;
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

    /// <summary>True when a repetition of the request has no further effect, and its endpoint does not forbid it.</summary>
    public static bool MayRepeat(HttpRequest request) =>
        !IsSentOnce(request.HttpContext) && CanResend(request)
        && (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || request.Headers.ContainsKey("Idempotency-Key"));

    internal static bool IsSentOnce(HttpContext http) => http.GetEndpoint()?.Metadata.GetMetadata<NeverRepeatAttribute>() is not null;

    // Only a body that was received whole has a length; a request that cannot have a body gives none either.
    private static bool CanResend(HttpRequest request) => request.ContentLength is { } length
        ? length <= LargestBody
        : request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true };

    /// <summary>True when no connection was made, and so no part of the request was sent.</summary>
    internal static bool IsUnreached(Exception? failure) =>
        failure is HttpRequestException
        {
            HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
                or HttpRequestError.SecureConnectionError,
        };

    /// <summary>
    /// True when the context refused the request without processing it: it reports so, or HttpClient tried to read the body again.
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
        return ContextBrokeOff(http, failure.Error) && !IsUnreached(failure.Exception);
    }

    /// <summary>
    /// True when the context broke off. If it did so while the proxy read a received body from memory, YARP calls that a failure of the
    /// client.
    /// </summary>
    internal static bool ContextBrokeOff(HttpContext http, ForwarderError error) => error switch
    {
        ForwarderError.Request or ForwarderError.RequestBodyDestination => true,
        ForwarderError.RequestBodyClient or ForwarderError.RequestBodyCanceled => http.ReceivedBody() is not null,
        _ => false,
    };
}

/// <summary>Allows one repetition per ten requests, and a burst of 50: repetitions must not overload a failing context.</summary>
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
