using System.Buffers.Text;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Aarya.Infrastructure.Caching;

/// <summary>
/// A complete answer, stored as the bytes to send, with the entity tag that lets a client skip them (RFC 9110, section 13).
/// </summary>
public sealed class ReadyAnswer : IResult
{
    private readonly byte[] body;
    private readonly StringValues contentType;
    private readonly StringValues cacheControl;
    private readonly StringValues tag;

    public ReadyAnswer(byte[] body, string contentType, string cacheControl)
    {
        this.body = body;
        this.contentType = contentType;
        this.cacheControl = cacheControl;
        tag = $"\"{Base64Url.EncodeToString(SHA256.HashData(body).AsSpan(0, 12))}\"";
    }

    /// <summary>JSON that a client may store, but must revalidate before each use.</summary>
    public static ReadyAnswer Json(byte[] utf8) => new(utf8, "application/json; charset=utf-8", "no-cache");

    /// <summary>The strong entity tag, in its quotes.</summary>
    public string ETag => tag!;

    public ReadOnlyMemory<byte> Body => body;

    /// <summary>The approximate size in memory, in bytes.</summary>
    internal int Size => body.Length + 250;

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.Headers.ETag = tag;
        response.Headers.CacheControl = cacheControl;
        if (httpContext.Request.Headers.IfNoneMatch is { Count: > 0 } known && Knows(known))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return Task.CompletedTask;
        }

        response.Headers.ContentType = contentType;
        response.ContentLength = body.Length;
        return response.Body.WriteAsync(body, 0, body.Length, httpContext.RequestAborted);
    }

    private bool Knows(StringValues known)
    {
        if (known.Count == 1 && known[0] == ETag) return true;
        if (!EntityTagHeaderValue.TryParseList(known, out var tags)) return false;
        var own = new EntityTagHeaderValue(ETag);
        return tags.Any(x => x.Equals(EntityTagHeaderValue.Any) || x.Compare(own, useStrongComparison: false));
    }
}
