using System.Diagnostics;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Logging;

/// <summary>
/// Writes a line about a request that has ended: about each one that failed, and about one of every <c>AARYA_LOG_REQUESTS</c> that
/// succeeded, up to a limit per second.
/// </summary>
internal sealed partial class RequestLog
{
    /// <summary>One of every N requests that succeed is logged: 1 logs all, 0 none.</summary>
    public static readonly NumberSetting Every = new("AARYA_LOG_REQUESTS", 100, 0, 1_000_000);

    /// <summary>The name of its logger.</summary>
    public static readonly string Category = typeof(RequestLog).FullName!;

    // The names of the values in the line.
    public const string Method = "Method";
    public const string Route = "Route";
    public const string Status = "Status";
    public const string Milliseconds = "Milliseconds";

    // A flood must not fill the disk. The refusals of a normal minute are far fewer.
    private const int MostPerSecond = 100;

    // One budget per kind: a flood of refused requests must not hide the failures of others.
    private readonly LineBudget succeeded = new(MostPerSecond);
    private readonly LineBudget refused = new(MostPerSecond);
    private readonly LineBudget failed = new(MostPerSecond);

    private readonly ILogger<RequestLog> log;
    private readonly int every;

    public RequestLog(IConfiguration configuration, ILogger<RequestLog> log) => (this.log, every) = (log, Every.Read(configuration));

    public Task WriteAsync(HttpContext http, RequestDelegate next)
    {
        // After an exception the request has no endpoint.
        var endpoint = http.GetEndpoint();
        var began = Stopwatch.GetTimestamp();
        var handling = next(http);
        if (!handling.IsCompletedSuccessfully) return WriteLaterAsync(handling, http, endpoint, began);
        Write(http, endpoint, began, isBrokenOff: false);
        return Task.CompletedTask;
    }

    private async Task WriteLaterAsync(Task handling, HttpContext http, Endpoint? endpoint, long began)
    {
        var isBrokenOff = true;
        try
        {
            await handling;
            isBrokenOff = http.RequestAborted.IsCancellationRequested;
        }
        finally
        {
            Write(http, endpoint, began, isBrokenOff);
        }
    }

    /// <param name="isBrokenOff">Whether the answer has no end, although its status may be that of a success.</param>
    private void Write(HttpContext http, Endpoint? endpoint, long began, bool isBrokenOff)
    {
        var status = EndedStatus.Of(http);
        var hasFailed = isBrokenOff || status >= StatusCodes.Status400BadRequest;
        if (!hasFailed && !IsChosen()) return;
        var route = endpoint is null ? null : RequestRoute.Of(endpoint);
        if (route is { IsProbe: true } || (route is { IsLive: true } && !hasFailed)) return;
        if (!HasRoom(hasFailed, status)) return;
        var (method, name) = (RequestMethods.NameOf(http), route?.Name ?? RequestRoute.None);
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        if (isBrokenOff) BrokenOff(method, name, status, took);
        else if (status >= StatusCodes.Status500InternalServerError) Failed(method, name, status, took);
        else Ended(method, name, status, took);
    }

    // Not by the trace id, which a client may choose.
#pragma warning disable CA5394 // Nothing is protected by which requests are logged.
    private bool IsChosen() => every == 1 || (every > 1 && Random.Shared.Next(every) == 0);
#pragma warning restore CA5394

    private bool HasRoom(bool hasFailed, int status)
    {
        var isRefused = status is >= StatusCodes.Status400BadRequest and < StatusCodes.Status500InternalServerError;
        var (budget, kind) = !hasFailed ? (succeeded, "succeeded") : isRefused ? (refused, "were refused") : (failed, "failed");
        var hasRoom = budget.TryTake(Environment.TickCount64 / 1000, out var before);
        if (before > 0) LeftOut(before, kind, MostPerSecond);
        return hasRoom;
    }

    [LoggerMessage(LogLevel.Information, "{Method} {Route} {Status} in {Milliseconds:0.0} ms")]
    private partial void Ended(string method, string route, int status, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "{Method} {Route} {Status} in {Milliseconds:0.0} ms")]
    private partial void Failed(string method, string route, int status, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "{Method} {Route} {Status} broken off after {Milliseconds:0.0} ms")]
    private partial void BrokenOff(string method, string route, int status, double milliseconds);

    [LoggerMessage(LogLevel.Warning, "{Count} more requests {Kind} and have no line: at most {Limit} per second are logged.")]
    private partial void LeftOut(int count, string kind, int limit);
}
