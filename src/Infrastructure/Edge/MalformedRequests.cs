using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Edge;

/// <summary>
/// Refuses what two HTTP parsers could read as different requests (RFC 9112, sections 6.1 and 11.2): a proxy in front of
/// the edge might see one request where the edge sees two.
/// </summary>
internal static class MalformedRequests
{
    public static Task CheckAsync(HttpContext http, RequestDelegate next)
    {
        var encoding = http.Request.Headers.TransferEncoding;
        if (encoding.Count == 0) return next(http);
        // HTTP/1.0 has no Transfer-Encoding (RFC 9112, section 6.1).
        if (HttpProtocol.IsHttp10(http.Request.Protocol)) return RefuseAsync(http, "Transfer-Encoding", "must not come with HTTP/1.0.");
        // Kestrel prefers Transfer-Encoding, and keeps the length that was sent with it under this name.
        if (http.Request.Headers.ContainsKey("X-Content-Length"))
            return RefuseAsync(http, "Content-Length", "must not come together with Transfer-Encoding.");
        return encoding.Count == 1 && string.Equals(encoding[0], "chunked", StringComparison.OrdinalIgnoreCase)
            ? next(http)
            : RefuseAsync(http, "Transfer-Encoding", "must be chunked and nothing else.");
    }

    private static Task RefuseAsync(HttpContext http, string header, string message)
    {
        http.Response.Headers.Connection = "close";
        return Problems.WriteAsync(http, Problem.Invalid(header, message, "request.ambiguous"));
    }
}
