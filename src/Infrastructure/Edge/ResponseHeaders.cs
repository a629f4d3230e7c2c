using System.Diagnostics;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Idempotency;
using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// Adds to every answer of the edge the request's id and trace, and the headers that prevent attacks through browsers.
/// </summary>
internal static partial class ResponseHeaders
{
    public const string RequestIdHeader = "X-Request-Id";

    private sealed record Seal(HttpContext Http, string? TraceParent);

    public static Task WrapAsync(HttpContext http, RequestDelegate next)
    {
        var sent = http.Request.Headers[RequestIdHeader];
        var id = sent.Count == 1 && Sane().IsMatch(sent[0]!)
            ? sent[0]!
            : Activity.Current?.TraceId.ToString() ?? Guid.CreateVersion7().ToString("N");
        http.TraceIdentifier = id;
        http.Request.Headers[RequestIdHeader] = id;
        // Set at the last moment: an answer that fails halfway is cleared and written again.
        http.Response.OnStarting(static state => Close((Seal)state), new Seal(http, Activity.Current?.Id));
        return next(http);
    }

    private static Task Close(Seal seal)
    {
        var headers = seal.Http.Response.Headers;
        headers[RequestIdHeader] = seal.Http.TraceIdentifier;
        if (seal.TraceParent is not null) headers.TraceParent = seal.TraceParent;
        headers.XContentTypeOptions = "nosniff";
        headers.XFrameOptions = "DENY";
        headers["Referrer-Policy"] = "no-referrer";
        // A page sets its own policy, here or in the context behind the gateway.
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = seal.Http.GetEndpoint()?.Metadata.GetMetadata<PagePolicy>()?.Policy ?? PagePolicy.NoPage;
        // An answer to one caller must not reach another, not even the next user of the same browser.
        var isPersonal = seal.Http.Request.Headers.Authorization.Count > 0 || seal.Http.User.Identity?.IsAuthenticated == true
            || seal.Http.GetEndpoint()?.Metadata.GetMetadata<AnswerIsNeverStoredAttribute>() is not null;
        if (isPersonal && headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
        if (seal.Http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return Task.CompletedTask;
    }

    [GeneratedRegex("^[A-Za-z0-9._:-]{1,64}$")]
    private static partial Regex Sane();
}

/// <summary>What a page may load. Almost no endpoint of an API serves a page; those that do declare this.</summary>
/// <param name="Policy">A Content-Security-Policy.</param>
public sealed record PagePolicy(string Policy)
{
    internal const string NoPage = "default-src 'none'; frame-ancestors 'none'";
}
