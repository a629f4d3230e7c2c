using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Specs.Support;

namespace Aarya.Specs.Edge;

/// <summary>The document and the health of a shop in several processes, as its gateway tells them.</summary>
public sealed class SplitDocumentSpec
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task the_gateway_describes_what_its_contexts_serve_and_says_who_is_missing()
    {
        await using var shop = await SplitShop.StartAsync("core", "content", "gateway");
        using var client = shop.Client();

        var document = await client.GetFromJsonAsync<JsonElement>("/openapi/v1.json", Cancel);

        Assert.True(document.GetProperty("paths").TryGetProperty("/api/auth/login", out _), document.GetRawText());
        Assert.True(document.GetProperty("paths").TryGetProperty("/api/notifications", out _));
        Assert.False(document.GetProperty("paths").TryGetProperty("/api/checkout", out _));
        Assert.Contains("do not answer right now: commerce, payment, search", document.GetProperty("info").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal("Aarya", document.GetProperty("info").GetProperty("title").GetString());
        var schemas = document.GetProperty("components").GetProperty("schemas");
        Assert.True(schemas.TryGetProperty("SignedIn", out _), string.Join(" ", schemas.EnumerateObject().Select(x => x.Name)));
        Assert.True(schemas.TryGetProperty("NotificationPage", out _));

        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative), Cancel);
        var parts = (await health.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("parts").EnumerateArray()
            .ToDictionary(x => x.GetProperty("name").GetString()!, x => x.GetProperty("status").GetString());
        Assert.Equal(503, (int)health.StatusCode);
        Assert.Equal("up", parts["context.core"]);
        Assert.Equal("down", parts["context.payment"]);
        using var ready = await client.GetAsync(new Uri("/health/ready", UriKind.Relative), Cancel);
        Assert.Equal(200, (int)ready.StatusCode);
    }
}
