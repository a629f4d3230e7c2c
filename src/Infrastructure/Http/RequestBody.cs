using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>The whole body of a request, read once and shared by all code that needs its bytes.</summary>
public static class RequestBody
{
    private const int FirstBytes = 16 * 1024;
    private static readonly object Key = new();

    /// <summary>The body, if <see cref="ReadAllAsync"/> has read it; otherwise null.</summary>
    public static byte[]? ReceivedBody(this HttpContext http) => http.Items[Key] as byte[];

    /// <summary>The bytes as they were sent; later readers of <see cref="HttpRequest.Body"/> get them again.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limit">The most bytes that are accepted.</param>
    /// <param name="mayKeep">Called with the number of further bytes before they are kept; reading ends when it returns false.</param>
    /// <returns>The bytes, or null when there are more than <paramref name="limit"/> or than may be kept.</returns>
    public static async ValueTask<byte[]?> ReadAllAsync(this HttpContext http, int limit, Func<int, bool>? mayKeep = null)
    {
        if (http.ReceivedBody() is { } read) return read.Length <= limit ? read : null;
        if (http.Request.ContentLength > limit) return null;

        // Whatever length a client announces, memory is allocated only for what it has sent.
        using var buffer = new MemoryStream((int)Math.Min(http.Request.ContentLength ?? 1024, FirstBytes));
        var chunk = System.Buffers.ArrayPool<byte>.Shared.Rent(8192);
        try
        {
            while (await http.Request.Body.ReadAsync(chunk, http.RequestAborted) is var count and > 0)
            {
                if (buffer.Length + count > limit || mayKeep?.Invoke(count) == false) return null;
#pragma warning disable VSTHRD103 // It is in memory.
                buffer.Write(chunk, 0, count);
#pragma warning restore VSTHRD103
            }
        }
        // Kestrel reports a chunk size that is not a valid number as a failure of the transport.
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            throw new BadHttpRequestException("The framing of the body does not match its headers.", StatusCodes.Status400BadRequest, e);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(chunk);
        }

        var bytes = buffer.TryGetBuffer(out var whole) && whole.Count == whole.Array!.Length ? whole.Array : buffer.ToArray();
        http.Items[Key] = bytes;
        http.Request.Body = new MemoryStream(bytes, writable: false);
        return bytes;
    }
}
