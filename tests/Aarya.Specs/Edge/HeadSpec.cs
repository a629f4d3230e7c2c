using Aarya.Specs.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aarya.Specs.Edge;

/// <summary>HEAD is GET without the body (RFC 9110, section 9.3.2).</summary>
public sealed class HeadSpec(AaryaFixture fixture) : IAsyncLifetime
{
    private EdgeHost edge = null!;

    public async ValueTask InitializeAsync() => edge = await EdgeHost.StartAsync(fixture.Redis.Url, app =>
    {
        app.MapGet("/specs/pet", (HttpContext http) =>
        {
            http.Response.Headers.ETag = "\"7\"";
            return Results.Json(new { Name = "Moti" });
        });
        app.MapPost("/specs/pet", () => "washed");
        app.MapPost("/specs/only-post", () => "done");
    });

    [Fact]
    public async Task it_says_what_a_read_would_and_sends_nothing()
    {
        var answer = await edge.SendRawAsync("HEAD /specs/pet HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.Contains("ETag: \"7\"", answer, StringComparison.Ordinal);
        Assert.Contains("Content-Type: application/json", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/specs/nothing", "404")]
    [InlineData("/specs/only-post", "405")]
    public async Task it_is_refused_where_a_read_would_be(string path, string status)
    {
        var answer = await edge.SendRawAsync($"HEAD {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");

        Assert.StartsWith($"HTTP/1.1 {status}", answer, StringComparison.Ordinal);
        Assert.EndsWith("\r\n\r\n", answer, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => edge.DisposeAsync();
}
