using System.Diagnostics;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Idempotency;
using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Gateway;

/// <summary>
/// What every answer of the edge carries: the request's name and trace, and the headers that keep browsers from being used against the
/// shop.
/// </summary>
internal static partial class Envelope
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
        // Set at the last moment: an answer that fails half way is cleared and written anew.
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
        // A page says its own, here or in the context behind the gateway.
        if (headers.ContentSecurityPolicy.Count == 0)
            headers.ContentSecurityPolicy = seal.Http.GetEndpoint()?.Metadata.GetMetadata<PagePolicy>()?.Policy ?? PagePolicy.NoPage;
        // What was answered to one caller is for nobody else, nor for the next one at the same browser.
        var isPersonal = seal.Http.Request.Headers.Authorization.Count > 0 || seal.Http.User.Identity?.IsAuthenticated == true
            || seal.Http.GetEndpoint()?.Metadata.GetMetadata<AnswerIsNeverStoredAttribute>() is not null;
        if (isPersonal && headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
        if (seal.Http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000; includeSubDomains";
        return Task.CompletedTask;
    }

    [GeneratedRegex("^[A-Za-z0-9._:-]{1,64}$")]
    private static partial Regex Sane();
}

/// <summary>An API serves no page; the few that there are say what theirs may load.</summary>
/// <param name="Policy">A Content-Security-Policy.</param>
public sealed record PagePolicy(string Policy)
{
    internal const string NoPage = "default-src 'none'; frame-ancestors 'none'";
}
