using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Edge;

/// <summary>Requests that only an attacker writes, byte by byte.</summary>
public abstract class RawRequestSpec(EdgeShop edge)
{
    [Collection(WholeEdgeSpecs.Name)]
    public sealed class InOneProcess(WholeEdge edge) : RawRequestSpec(edge);

    [Collection(SplitEdgeSpecs.Name)]
    public sealed class BehindAGateway(SplitEdge edge) : RawRequestSpec(edge);

    [Theory]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", "200")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "200")]
    // two ends of one request
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400")]
    // chunks in HTTP/1.0, which has none (RFC 9112, section 6.1)
    [InlineData(
        "POST /specs/echo HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "400")]
    // an upgrade to another protocol
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 2\r\n\r\nhi", "200")]
    [InlineData("GET /specs/who HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "200")]
    [InlineData(
        "GET /specs/who HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", "200")]
    [InlineData(
        "GET /specs/who HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        + "HTTP2-Settings: AAMAAABk\r\n\r\n", "200")]
    // lines that end in a bare LF
    [InlineData("POST /specs/echo HTTP/1.1\nHost: x\nContent-Length: 2\n\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\nContent-Length: 2\r\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\nhi\r\n0\r\n\r\n", "400")]
    // folded lines, NUL, no Host and two Hosts
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nX-A: a\r\n b\r\nContent-Length: 0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\nContent-Length: 0\r\n\r\n", "400")]
    [InlineData("POST /specs/%00echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo?a=%00 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nContent-Length: 0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nHost: y\r\nContent-Length: 0\r\n\r\n", "400")]
    // lengths that are not just digits
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: -0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2,2\r\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0x2\r\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2 2\r\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: \r\n\r\nhi", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\nhi", "400")]
    // chunks without a valid size
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nhi\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n80000000\r\nhi\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\nhi\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nhi\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n0\r\n\r\n", "400")]
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhihi\r\n0\r\n\r\n", "400")]
    // a body that nothing reads
    [InlineData("GET /specs/who HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n", "200")]
    [InlineData("GET /specs/who HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nhi\r\n0\r\n\r\n", "400")]
    [InlineData("HEAD /specs/who HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhi\r\n0\r\n\r\n", "400")]
    // bytes beyond ASCII are passed on
    [InlineData("POST /specs/echo HTTP/1.1\r\nHost: x\r\nUser-Agent: Fl\u00e9che\r\nContent-Length: 2\r\n\r\nhi", "200")]
    [InlineData(
        "POST /specs/echo HTTP/1.1\r\nHost: x\r\nReferer: http://x/\u00ff\u00fe\r\nCookie: a=\u0080\r\nContent-Length: 2\r\n\r\nhi", "200")]
    public async Task a_request_that_can_be_read_in_two_ways_is_refused(string request, string status)
    {
        var answer = await edge.SendRawAsync(request);
        Assert.True(answer.StartsWith($"HTTP/1.1 {status}", StringComparison.Ordinal), $"{request}\n->\n{answer}");
    }

    [Theory]
    [InlineData(1024 * 1024, "200")]
    [InlineData((1024 * 1024) + 1, "413")]
    public async Task a_body_has_at_most_1_MB(int length, string status)
    {
        var answer =
            await edge.SendRawAsync(
                $"POST /specs/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{new string('x', length)}");
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        if (status == "413") Assert.Contains("request.too_large", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task a_body_of_unknown_length_is_held_to_the_same_limit()
    {
        var answer =
            await edge.SendRawAsync(
                $"POST /specs/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nConnection: "
                + $"close\r\n\r\n200000\r\n{new string('x', 2 * 1024 * 1024)}\r\n0\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("User-Agent")]
    [InlineData("Referer")]
    [InlineData("Cookie")]
    [InlineData("X-Shop")]
    public async Task a_header_arrives_byte_for_byte(string name)
    {
        var head = $"POST /specs/echo?header={name} HTTP/1.1\r\nHost: x\r\n{name}: a\u00e9\u0080\u00ffz\r\n";
        var answer = await edge.SendRawAsync($"{head}Content-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("read 0 61E980FF7A", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(90, 10)]
    [InlineData(3, 9_000)]
    [InlineData(1, 30_000)]
    public async Task headers_that_the_edge_takes_arrive(int count, int length)
    {
        var more = string.Concat(Enumerable.Range(0, count).Select(x => $"X-{x}: {new string('a', length)}\r\n"));
        var answer = await edge.SendRawAsync(
            $"POST /specs/echo HTTP/1.1\r\nHost: x\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(200, 10, "431")]
    [InlineData(1, 40_000, "431")]
    public async Task headers_beyond_that_are_refused(int count, int length, string status)
    {
        var more = string.Concat(Enumerable.Range(0, count).Select(x => $"X-{x}: {new string('a', length)}\r\n"));
        var answer = await edge.SendRawAsync(
            $"POST /specs/echo HTTP/1.1\r\nHost: x\r\n{more}Content-Length: 0\r\nConnection: close\r\n\r\n");
        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
    }
}
