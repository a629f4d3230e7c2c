using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Grpc.Core;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Describes the span that the web server starts for a request, by OpenTelemetry's conventions for HTTP and RPC. The instrumentation
/// library does the same, but is also called for the requests whose trace is not sent (docs/decisions/0038).
/// </summary>
internal static class RequestSpans
{
    /// <summary>The source of the web server's spans.</summary>
    public const string SourceName = "Microsoft.AspNetCore";

    // The gRPC library writes them.
    private const string GrpcMethod = "grpc.method";
    private const string GrpcStatus = "grpc.status_code";

    // Failures of the server; all others are the caller's.
    private static readonly HashSet<StatusCode> Failures =
    [
        StatusCode.Unknown, StatusCode.DeadlineExceeded, StatusCode.Unimplemented, StatusCode.Internal, StatusCode.Unavailable,
        StatusCode.DataLoss,
    ];

    public static Task DescribeAsync(HttpContext http, RequestDelegate next)
    {
        // Of most requests no trace is sent.
        if (Activity.Current is not { IsAllDataRequested: true } span) return next(http);
        if (IsTraced(http)) return DescribeAsync(span, http, next);
        span.IsAllDataRequested = false;
        span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        return next(http);
    }

    // Probes come all the time. A live connection lasts for hours, and is no request.
    private static bool IsTraced(HttpContext http) => !OperatorsListener.IsOperatorRequest(http)
        && !http.Request.Path.StartsWithSegments(HealthEndpoints.Path, StringComparison.Ordinal)
        && !(http.GetEndpoint() is { } endpoint && RequestRoute.Of(endpoint).IsLive);

    private static async Task DescribeAsync(Activity span, HttpContext http, RequestDelegate next)
    {
        // After an exception the request has no endpoint.
        var endpoint = http.GetEndpoint();
        Exception? failure = null;
        try
        {
            await next(http);
        }
        catch (Exception e)
        {
            failure = e;
            throw;
        }
        finally
        {
            Describe(span, http, endpoint, failure ?? http.Features.Get<IExceptionHandlerFeature>()?.Error);
        }
    }

    private static void Describe(Activity span, HttpContext http, Endpoint? endpoint, Exception? failure)
    {
        var (method, status) = (RequestMethods.NameOf(http), EndedStatus.Of(http));
        // The web server answers so, after this.
        if (failure is not null && !http.Response.HasStarted && status < StatusCodes.Status400BadRequest)
            status = StatusCodes.Status500InternalServerError;
        span.SetTag("http.request.method", method);
        span.SetTag("http.response.status_code", status);
        span.SetTag("network.protocol.version", VersionOf(http.Request.Protocol));
        span.SetTag("url.scheme", http.Request.Scheme);
        span.DisplayName = method;
        if (status >= StatusCodes.Status500InternalServerError)
        {
            span.SetTag("error.type", failure?.GetType().FullName ?? status.ToString(CultureInfo.InvariantCulture));
            span.SetStatus(ActivityStatusCode.Error);
        }

        if (span.GetTagItem(GrpcMethod) is string called) DescribeCall(span, called.Trim('/'));
        else if (endpoint is not null && RequestRoute.Of(endpoint).Name is var route and not RequestRoute.None)
        {
            span.SetTag("http.route", route);
            span.DisplayName = $"{method} {route}";
        }
    }

    // A call between processes.
    private static void DescribeCall(Activity span, string called)
    {
        span.DisplayName = called;
        span.SetTag("rpc.system.name", "grpc");
        span.SetTag("rpc.method", called);
        if (int.TryParse(span.GetTagItem(GrpcStatus) as string, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            var code = (StatusCode)number;
            var name = JsonNamingPolicy.SnakeCaseUpper.ConvertName($"{code}");
            span.SetTag("rpc.response.status_code", name);
            if (Failures.Contains(code))
            {
                span.SetTag("error.type", name);
                span.SetStatus(ActivityStatusCode.Error);
            }
        }

        span.SetTag(GrpcMethod, null);
        span.SetTag(GrpcStatus, null);
    }

    // "HTTP/1.1" is 1.1, "HTTP/2" is 2.
    private static string VersionOf(string protocol) => protocol.StartsWith("HTTP/", StringComparison.Ordinal) ? protocol[5..] : protocol;
}
