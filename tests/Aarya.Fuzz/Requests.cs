using System.Globalization;
using System.Text;

namespace Aarya.Fuzz;

/// <summary>One request, with all of its bytes.</summary>
/// <param name="MayBeRefusedByTheParser">True when it is not valid HTTP (RFC 9110, RFC 9112).</param>
internal sealed record Request(Operation Operation, string Caller, byte[] Bytes, bool MayBeRefusedByTheParser)
{
    /// <summary>True when its path may be normalised, so that it may lead to another operation.</summary>
    public bool MayLeadElsewhere { get; init; }

    /// <summary>The request as text; bytes that are not printable are escaped.</summary>
    public string Shown
    {
        get
        {
            var text = new StringBuilder();
            foreach (var x in Bytes.Take(1500))
            {
                if (x is >= 0x20 and < 0x7f or (byte)'\n') text.Append((char)x);
                else if (x != (byte)'\r') text.Append(CultureInfo.InvariantCulture, $"\\x{x:x2}");
            }

            return Bytes.Length > 1500 ? $"{text}... ({Bytes.Length} bytes)" : text.ToString();
        }
    }
}

/// <summary>Makes requests: a third of them valid by the description, the others spoilt in one to three ways.</summary>
internal sealed class Requests(ApiDescription api, Random random, Known known, Callers callers, Uri url)
{
    private static readonly string[] Callings = ["", "", "guest", "guest", "customer", "customer", "admin", "admin", "admin", "odd"];

    private readonly Values values = new(api, random, known);
    private readonly List<string> keys = [];

    [Flags]
    private enum Spoilt
    {
        Nothing = 0,
        Body = 1,
        WholeBody = 2,
        Query = 4,
        Path = 8,
        Header = 16,
        MediaType = 32,
        Accept = 64,
        Framing = 128,
    }

    public Request Next()
    {
        var operation = random.Pick(api.Operations);
        var spoilt = Spoilt.Nothing;
        if (random.Next(3) > 0)
            for (var ways = random.Next(1, 4); ways > 0; ways--) spoilt |= (Spoilt)(1 << random.Next(8));
        if (spoilt.HasFlag(Spoilt.Framing) && random.Next(3) > 0) spoilt &= ~Spoilt.Framing;

        var caller = random.Pick(Callings);
        var target = Target(operation, spoilt);
        List<(string Name, string Value)> headers = [("Host", url.Authority)];
        if (callers.TokenOf(caller, random) is { } token) headers.Add(("Authorization", $"Bearer {token}"));
        Headers(operation, headers, spoilt);
        var body = operation.Body is not null ? BodyOf(operation, spoilt)
            : spoilt.HasFlag(Spoilt.WholeBody) ? random.Pick(Odd.Bodies) : null;
        if (body is not null && !(spoilt.HasFlag(Spoilt.MediaType) && random.Next(3) == 0))
            headers.Add(("Content-Type", spoilt.HasFlag(Spoilt.MediaType) ? random.Pick(Odd.MediaTypes) : "application/json"));
        if (body is not null && spoilt.HasFlag(Spoilt.MediaType) && random.Next(5) == 0) headers.Add(("Content-Type", "application/json"));
        return Build(operation, caller, target, headers, body, spoilt.HasFlag(Spoilt.Framing));
    }

    private string Target(Operation operation, Spoilt spoilt)
    {
        var path = operation.Path;
        foreach (var parameter in operation.Parameters.Where(x => x.In == "path"))
        {
            var value = spoilt.HasFlag(Spoilt.Path) && random.Next(2) == 0 ? random.Pick(Odd.Texts)
                : spoilt.HasFlag(Spoilt.Path) && random.Next(4) == 0 ? random.Bend(values.Text(parameter.Schema, parameter.Name))
                : (random.Next(4) > 0 ? known.FindIn(operation.Path, parameter.Name, random) : null)
                    ?? values.Text(parameter.Schema, parameter.Name);
            path = path.Replace($"{{{parameter.Name}}}", Uri.EscapeDataString(value), StringComparison.Ordinal);
        }

        if (spoilt.HasFlag(Spoilt.Path) && random.Next(6) == 0) path += random.Pick(Odd.PathEnds);
        List<string> query = [];
        foreach (var parameter in operation.Parameters.Where(x => x.In == "query"))
        {
            if (!parameter.Required && random.Next(2) == 0) continue;
            var isOdd = spoilt.HasFlag(Spoilt.Query) && random.Next(2) == 0;
            var value = isOdd && random.Next(3) > 0 ? random.Pick(Odd.Texts) : values.Text(parameter.Schema, parameter.Name);
            if (isOdd && random.Next(2) == 0) value = random.Bend(value);
            query.Add($"{parameter.Name}={Uri.EscapeDataString(value)}");
            if (spoilt.HasFlag(Spoilt.Query) && random.Next(8) == 0) query.Add(query[^1]);
        }

        if (spoilt.HasFlag(Spoilt.Query) && random.Next(3) == 0) query.Add(random.Pick(Odd.RawQueries));
        if (spoilt.HasFlag(Spoilt.Query) && random.Next(60) == 0) query.Add($"long={new string('a', 9000)}");
        return query.Count == 0 ? path : $"{path}?{string.Join('&', query)}";
    }

    private void Headers(Operation operation, List<(string, string)> headers, Spoilt spoilt)
    {
        foreach (var parameter in operation.Parameters.Where(x => x.In == "header"))
        {
            if (!parameter.Required && random.Next(2) == 0) continue;
            if (parameter.Required && spoilt.HasFlag(Spoilt.Header) && random.Next(4) == 0) continue;
            var isOdd = spoilt.HasFlag(Spoilt.Header) && random.Next(2) == 0;
            headers.Add((parameter.Name, isOdd ? random.Pick([.. Odd.Headers, random.Bend(Sane(parameter.Name))]) : Sane(parameter.Name)));
            if (spoilt.HasFlag(Spoilt.Header) && random.Next(8) == 0) headers.Add(headers[^1]);
        }

        if (spoilt.HasFlag(Spoilt.Header))
        {
            for (var more = random.Next(1, 4); more > 0; more--) headers.Add((random.Pick(Odd.HeaderNames), random.Pick(Odd.Headers)));
        }

        if (spoilt.HasFlag(Spoilt.Accept)) headers.Add(("Accept", random.Pick(Odd.Accepts)));
    }

    // One key in five has been sent before, perhaps with another request.
    private string Sane(string header)
    {
        if (header != "Idempotency-Key") return known.Find("etag", random) ?? "\"1\"";
        if (keys.Count > 0 && random.Next(5) == 0) return random.Pick(keys);
        if (keys.Count > 20) keys.RemoveAt(0);
        keys.Add(values.Guid().ToString());
        return keys[^1];
    }

    private string BodyOf(Operation operation, Spoilt spoilt) => spoilt.HasFlag(Spoilt.WholeBody)
        ? random.Pick(Odd.Bodies)
        : values.Write(operation.Body!, "", spoilt.HasFlag(Spoilt.Body));

    private Request Build(
        Operation operation, string caller, string target, List<(string Name, string Value)> headers, string? body, bool misframed)
    {
        var bytes = body is null ? [] : Encoding.UTF8.GetBytes(body);
        var (line, version) = ($"{operation.Method} {target}", "HTTP/1.1");
        string? length = body is null ? null : bytes.Length.ToString(CultureInfo.InvariantCulture);
        var close = false;
        if (misframed)
        {
            close = true;
            switch (random.Next(10))
            {
                case 0: length = $"+{bytes.Length}"; break;
                case 1: length = $"{bytes.Length},{bytes.Length}"; break;
                case 2: length = random.Pick(Odd.Lengths); break;
                case 3: (length, bytes) = (null, Chunked(bytes)); headers.Add(("Transfer-Encoding", "chunked")); break;
                case 4:
                    (length, bytes) = (null, Encoding.ASCII.GetBytes(random.Pick(Odd.Chunks)));
                    headers.Add(("Transfer-Encoding", "chunked"));
                    break;
                case 5: headers.Add(("Transfer-Encoding", "chunked")); break;
                case 6: headers.RemoveAll(x => x.Name == "Host"); break;
                case 7: version = random.Pick(Odd.Versions); break;
                case 8: headers.AddRange(Enumerable.Range(0, random.Next(80, 300)).Select(x => ($"X-{x}", "1"))); break;
                default: headers.Add((random.Pick(Odd.BadHeaderNames), "1")); break;
            }
        }

        if (length is not null) headers.Add(("Content-Length", length));
        if (close) headers.Add(("Connection", "close"));
        var head = new StringBuilder($"{line} {version}\r\n");
        foreach (var (name, value) in headers)
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value.Replace('\r', ' ').Replace('\n', ' ')}\r\n");
        head.Append("\r\n");
        var path = target.Split('?')[0];
        return new(operation, caller, [.. Encoding.Latin1.GetBytes(head.ToString()), .. bytes], misframed)
        {
            MayLeadElsewhere = path.Contains("/.", StringComparison.Ordinal) || path.Contains("//", StringComparison.Ordinal)
                || Odd.PathEnds.Any(x => path.EndsWith(x, StringComparison.Ordinal)),
        };
    }

    private static byte[] Chunked(byte[] bytes) =>
        [.. Encoding.ASCII.GetBytes($"{bytes.Length:x}\r\n"), .. bytes, .. bytes.Length == 0 ? ""u8 : "\r\n0\r\n"u8, .. "\r\n"u8];
}
