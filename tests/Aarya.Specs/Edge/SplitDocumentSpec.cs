using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Edge;

/// <summary>The API document and the health of a shop in several processes, as its gateway answers them.</summary>
public sealed class SplitDocumentSpec
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task the_gateway_describes_what_its_contexts_serve_and_says_who_is_missing()
    {
        await using var shop = await SplitShop.StartAsync("core", "content", "gateway");
        using var client = shop.Client();

        // A context that describes itself for the first time may take longer than the gateway waits: the gateway asks again.
        JsonElement document = default;
        await Eventually.HoldsAsync("the document has the paths of core and of content", async () =>
        {
            document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);
            return new[] { "/api/auth/login", "/api/notifications" }.All(x => document.GetProperty("paths").TryGetProperty(x, out _));
        }, instead: () => Task.FromResult(document.GetRawText()));

        Assert.False(document.GetProperty("paths").TryGetProperty("/api/checkout", out _));
        Assert.Contains("do not answer right now: commerce, payment, search",
            document.GetProperty("info").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("Aarya", document.GetProperty("info").GetProperty("title").GetString());
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.True(schemas.TryGetProperty("SignedIn", out _), string.Join(" ", schemas.EnumerateObject().Select(x => x.Name)));
        Assert.True(schemas.TryGetProperty("NotificationPage", out _));

        // The gateway passes HEAD on to a context like a GET, and answers without the body.
        using var read = await client.GetAsync(new Uri("/.well-known/jwks.json", UriKind.Relative), Cancel);
        var head = await RawHeadAsync(shop.Url, "/.well-known/jwks.json");
        Assert.StartsWith("HTTP/1.1 200", head, StringComparison.Ordinal);
        Assert.Contains($"Content-Type: {read.Content.Headers.ContentType}", head, StringComparison.OrdinalIgnoreCase);
        Assert.EndsWith("\r\n\r\n", head, StringComparison.Ordinal);
        Assert.Single(head.Split("\r\n\r\n", StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("HTTP/1.1 401", await RawHeadAsync(shop.Url, "/api/notifications"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 405", await RawHeadAsync(shop.Url, "/api/auth/login"), StringComparison.Ordinal);

        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
        var parts = (await health.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("parts").EnumerateArray()
            .ToDictionary(x => x.GetProperty("name").GetString()!, x => x.GetProperty("status").GetString());
        Assert.Equal(503, (int)health.StatusCode);
        Assert.Equal("up", parts["context.core"]);
        Assert.Equal("down", parts["context.payment"]);
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
        Assert.Equal(200, (int)ready.StatusCode);
    }

    // The raw answer: an HTTP client would not show a body.
    private static async Task<string> RawHeadAsync(Uri shop, string path)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(shop.Host, shop.Port, Cancel);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HEAD {path} HTTP/1.1\r\nHost: {shop.Authority}\r\nConnection: close\r\n\r\n"),
            Cancel);
        using var reader = new StreamReader(stream, Encoding.Latin1);
        return await reader.ReadToEndAsync(Cancel);
    }
}
