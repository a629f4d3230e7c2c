using System.Globalization;
using System.IO.Compression;
using System.Net.Sockets;
using System.Text;

namespace Aarya.Fuzz;

/// <param name="Headers">Names in lower case; the last one of several values.</param>
internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body);

/// <summary>An HTTP/1.1 client that sends the bytes it is given: a library would correct or refuse most of these requests.</summary>
internal sealed class RawClient(Uri url) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(40);
    private readonly byte[] buffer = new byte[64 * 1024];
    private TcpClient? tcp;
    private int start;
    private int end;

    /// <exception cref="IOException">The server closed the connection without an answer.</exception>
    /// <exception cref="TimeoutException">No answer within 40 s.</exception>
    public async Task<RawAnswer> SendAsync(byte[] request)
    {
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var fresh = tcp is null;
            try
            {
                return await TryAsync(request, patience.Token);
            }
            catch (Exception e) when (!fresh && e is IOException or SocketException)
            {
                // The server may have closed an idle connection; the request may be sent twice.
                Close();
                return await TryAsync(request, patience.Token);
            }
        }
        catch (OperationCanceledException e)
        {
            Close();
            throw new TimeoutException($"no answer within {Patience.TotalSeconds:0} s", e);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            Close();
            throw new IOException($"the connection ended without an answer: {e.Message}", e);
        }
    }

    private async Task<RawAnswer> TryAsync(byte[] request, CancellationToken cancellation)
    {
        if (tcp is null)
        {
            tcp = new TcpClient { NoDelay = true };
            await tcp.ConnectAsync(url.Host, url.Port, cancellation);
            start = end = 0;
        }

        try
        {
            await tcp.GetStream().WriteAsync(request, cancellation);
        }
        catch (IOException)
        {
            // An early refusal closes the connection while the request is still being sent: the answer can still be read.
        }

        var line = await LineAsync(cancellation);
        while (line.StartsWith("HTTP/1.1 100", StringComparison.Ordinal))
        {
            while (await LineAsync(cancellation) is { Length: > 0 }) { }
            line = await LineAsync(cancellation);
        }

        var status = int.Parse(line.AsSpan(9, 3), CultureInfo.InvariantCulture);
        Dictionary<string, string> headers = new(StringComparer.Ordinal);
        while (await LineAsync(cancellation) is { Length: > 0 } header)
        {
            var colon = header.IndexOf(':', StringComparison.Ordinal);
            headers[header[..colon].ToLowerInvariant()] = header[(colon + 1)..].Trim();
        }

        var isHead = request.AsSpan().StartsWith("HEAD "u8);
        var body = isHead || status is 204 or 304 ? [] : await BodyAsync(headers, cancellation);
        if (headers.GetValueOrDefault("connection") == "close") Close();
        return new(status, headers, Plain(body, headers.GetValueOrDefault("content-encoding")));
    }

    private static byte[] Plain(byte[] body, string? encoding)
    {
        using var packed = new MemoryStream(body);
        using Stream? unpacked = encoding switch
        {
            "gzip" => new GZipStream(packed, CompressionMode.Decompress),
            "br" => new BrotliStream(packed, CompressionMode.Decompress),
            _ => null,
        };
        if (unpacked is null || body.Length == 0) return body;
        using var plain = new MemoryStream();
        unpacked.CopyTo(plain);
        return plain.ToArray();
    }

    private async Task<byte[]> BodyAsync(Dictionary<string, string> headers, CancellationToken cancellation)
    {
        if (headers.TryGetValue("content-length", out var length))
            return await BytesAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellation);
        using var all = new MemoryStream();
        if (headers.GetValueOrDefault("transfer-encoding") == "chunked")
        {
            while (int.Parse(await LineAsync(cancellation), NumberStyles.HexNumber, CultureInfo.InvariantCulture) is var size and > 0)
            {
                await all.WriteAsync(await BytesAsync(size, cancellation), cancellation);
                await LineAsync(cancellation);
            }

            await LineAsync(cancellation);
            return all.ToArray();
        }

        do
        {
            all.Write(buffer.AsSpan(start, end - start));
            start = end;
        }
        while (await FillAsync(cancellation));

        Close();
        return all.ToArray();
    }

    private async Task<byte[]> BytesAsync(int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        var read = 0;
        while (read < count)
        {
            if (start == end && !await FillAsync(cancellation)) throw new IOException("the body is shorter than announced");
            var some = Math.Min(count - read, end - start);
            buffer.AsSpan(start, some).CopyTo(bytes.AsSpan(read));
            start += some;
            read += some;
        }

        return bytes;
    }

    private async Task<string> LineAsync(CancellationToken cancellation)
    {
        var line = new StringBuilder();
        while (true)
        {
            if (start == end && !await FillAsync(cancellation)) throw new IOException("the connection was closed");
            var next = (char)buffer[start++];
            if (next == '\n') return line.ToString();
            if (next != '\r') line.Append(next);
        }
    }

    private async Task<bool> FillAsync(CancellationToken cancellation)
    {
        (start, end) = (0, 0);
        end = await tcp!.GetStream().ReadAsync(buffer, cancellation);
        return end > 0;
    }

    private void Close()
    {
        tcp?.Dispose();
        tcp = null;
    }

    public void Dispose() => Close();
}
