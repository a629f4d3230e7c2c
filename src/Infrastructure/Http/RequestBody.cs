using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>The whole body of a request, read once and shared by whoever needs its bytes.</summary>
public static class RequestBody
{
    private static readonly object Key = new();

    /// <summary>The bytes as they were sent; later readers of <see cref="HttpRequest.Body"/> get them again.</summary>
    /// <param name="http">The request.</param>
    /// <param name="limit">The most bytes that are accepted.</param>
    /// <returns>The bytes, or null when there are more than <paramref name="limit"/>.</returns>
    public static async ValueTask<byte[]?> ReadAllAsync(this HttpContext http, int limit)
    {
        if (http.Items[Key] is byte[] read) return read.Length <= limit ? read : null;
        if (http.Request.ContentLength > limit) return null;

        using var buffer = new MemoryStream((int)(http.Request.ContentLength ?? 1024));
        var chunk = System.Buffers.ArrayPool<byte>.Shared.Rent(8192);
        try
        {
            while (await http.Request.Body.ReadAsync(chunk, http.RequestAborted) is var count and > 0)
            {
                if (buffer.Length + count > limit) return null;
                buffer.Write(chunk, 0, count);
            }
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
