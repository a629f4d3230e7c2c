using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Edge;

/// <summary>HEAD is GET without the body (RFC 9110, section 9.3.2).</summary>
public abstract class HeadSpec(EdgeShop edge)
{
    [Collection(WholeEdgeSpecs.Name)]
    public sealed class InOneProcess(WholeEdge edge) : HeadSpec(edge);

    [Collection(SplitEdgeSpecs.Name)]
    public sealed class BehindAGateway(SplitEdge edge) : HeadSpec(edge);

    [Fact]
    public async Task it_says_what_a_read_would_and_sends_nothing()
    {
        var answer = await edge.SendRawAsync("HEAD /specs/tagged HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("ETag: \"7\"", answer, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Content-Type: application/json", answer, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/specs/nothing", "404")]
    [InlineData("/specs/echo", "405")]
    public async Task it_is_refused_where_a_read_would_be(string path, string status)
    {
        var answer = await edge.SendRawAsync($"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }
}
