using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Edge;

/// <summary>The headers of every answer, and which proxies the edge trusts.</summary>
public abstract class ResponseHeadersSpec(EdgeShop edge)
{
    [Collection(WholeEdgeSpecs.Name)]
    public sealed class InOneProcess(WholeEdge edge) : ResponseHeadersSpec(edge);

    [Collection(SplitEdgeSpecs.Name)]
    public sealed class BehindAGateway(SplitEdge edge) : ResponseHeadersSpec(edge);

    private const string Trace = "0af7651916cd43dd8448eb211c80319c";
    private readonly HttpClient client = edge.Client;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/specs/who", HttpStatusCode.OK)]
    [InlineData("/specs/nowhere", HttpStatusCode.NotFound)]
    [InlineData("/specs/broken", HttpStatusCode.InternalServerError)]
    public async Task every_answer_keeps_browsers_from_being_used_against_the_shop(string path, HttpStatusCode status)
    {
        using var response = await SendAsync(path);

        Assert.Equal(status, response.StatusCode);
        Assert.Equal("nosniff", Header(response, "X-Content-Type-Options"));
        Assert.Equal("DENY", Header(response, "X-Frame-Options"));
        Assert.Equal("no-referrer", Header(response, "Referrer-Policy"));
        Assert.Equal("default-src 'none'; frame-ancestors 'none'", Header(response, "Content-Security-Policy"));
        Assert.False(response.Headers.Contains("Strict-Transport-Security"));
        Assert.False(response.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/specs/who")]
    [InlineData("/specs/long")]
    [InlineData("/specs/broken")]
    public async Task what_is_answered_to_a_token_is_kept_by_nobody(string path)
    {
        using var personal = await SendAsync(path, ("Authorization", "Bearer x"));
        Assert.True(personal.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task an_answer_that_is_never_stored_is_kept_by_no_browser_either()
    {
        using var response = await SendAsync("/specs/token");
        Assert.True(response.Headers.CacheControl?.NoStore);
    }

    [Fact]
    public async Task a_request_gets_a_name_and_its_trace_is_told()
    {
        using var response = await SendAsync("/specs/broken", ("traceparent", $"00-{Trace}-b7ad6b7169203331-01"));

        Assert.StartsWith($"00-{Trace}-", Header(response, "traceparent"), StringComparison.Ordinal);
        Assert.Equal(Trace, Header(response, "X-Request-Id"));
        Assert.Equal(Trace,
            JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancel)).RootElement.GetProperty("traceId").GetString());
    }

    [Theory]
    [InlineData("checkout-7.b_2:x", true)]
    [InlineData("a b", false)]
    [InlineData("a<script>", false)]
    [InlineData("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false)]
    public async Task a_sane_name_of_the_clients_own_is_taken(string sent, bool taken)
    {
        using var response = await SendAsync("/specs/who", ("X-Request-Id", sent));
        Assert.Equal(taken, Header(response, "X-Request-Id") == sent);
        Assert.NotEmpty(Header(response, "X-Request-Id"));
    }

    [Fact]
    public async Task a_proxy_that_is_not_trusted_is_not_believed()
    {
        using var response =
            await SendAsync("/specs/who", ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"),
                ("X-Forwarded-Host", "evil.example"));
        var who = await response.Content.ReadAsStringAsync(Cancel);
        Assert.StartsWith("127.0.0.1 http 127.0.0.1:", who, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("203.0.113.9", "203.0.113.9 https shop.aarya.example")]
    // Only the last hop was written by the trusted proxy.
    [InlineData("6.6.6.6, 203.0.113.9", "203.0.113.9 https shop.aarya.example")]
    public async Task a_trusted_proxy_is_believed_for_one_hop(string forwarded, string expected)
    {
        var (_, trusting) = await edge.StartAsync(("AARYA_TRUSTED_PROXIES", "10.0.0.0/8,127.0.0.1"));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/specs/who");
        request.Headers.Add("X-Forwarded-For", forwarded);
        request.Headers.Add("X-Forwarded-Proto", "https");
        request.Headers.Add("X-Forwarded-Host", "shop.aarya.example");
        using var response = await trusting.SendAsync(request, Cancel);

        Assert.Equal(expected, await response.Content.ReadAsStringAsync(Cancel));
        Assert.Equal("max-age=31536000; includeSubDomains", Header(response, "Strict-Transport-Security"));
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip")]
    public async Task an_answer_is_compressed_for_whoever_asks(string encoding)
    {
        using var response = await SendAsync("/specs/long", ("Accept-Encoding", encoding));

        Assert.Equal([encoding], response.Content.Headers.ContentEncoding);
        Assert.Contains("Accept-Encoding", response.Headers.Vary);
        await using var sent = await response.Content.ReadAsStreamAsync(Cancel);
        await using Stream plain = encoding == "br"
            ? new BrotliStream(sent, CompressionMode.Decompress)
            : new GZipStream(sent, CompressionMode.Decompress);
        using var reader = new StreamReader(plain);
        Assert.Contains("Kurta", await reader.ReadToEndAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task tokens_are_never_compressed_over_https()
    {
        var (_, trusting) = await edge.StartAsync(("AARYA_TRUSTED_PROXIES", "127.0.0.1"));
        foreach (var (path, encoded) in new[] { ("/specs/long", true), ("/specs/token", false) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path)
            {
                Headers = { { "X-Forwarded-Proto", "https" }, { "X-Forwarded-For", "203.0.113.9" }, { "Accept-Encoding", "br" } },
            };
            using var response = await trusting.SendAsync(request, Cancel);
            Assert.Equal(encoded, response.Content.Headers.ContentEncoding.Contains("br"));
        }
    }

    [Theory]
    [InlineData("https://aarya.example", true)]
    [InlineData("https://evil.example", false)]
    public async Task only_the_shops_own_sites_may_call_from_a_browser(string origin, bool allowed)
    {
        using var preflight =
            await SendAsync("/specs/who", HttpMethod.Options, ("Origin", origin), ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "authorization,idempotency-key,content-type"));
        using var actual = await SendAsync("/specs/broken", ("Origin", origin));

        Assert.Equal(allowed, preflight.Headers.Contains("Access-Control-Allow-Origin"));
        Assert.Equal(allowed, actual.Headers.Contains("Access-Control-Allow-Origin"));
        // Otherwise a cache may give the answer to another site.
        Assert.Contains("Origin", actual.Headers.Vary);
        if (!allowed) return;
        Assert.Equal(origin, Header(preflight, "Access-Control-Allow-Origin"));
        Assert.Equal("true", Header(preflight, "Access-Control-Allow-Credentials"));
        Assert.Contains("Idempotency-Key", Header(preflight, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Idempotency-Replayed", Header(actual, "Access-Control-Expose-Headers"), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> SendAsync(string path, params (string Name, string Value)[] headers) =>
        SendAsync(path, HttpMethod.Get, headers);

    private async Task<HttpResponseMessage> SendAsync(string path, HttpMethod method, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await client.SendAsync(request, Cancel);
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(",", response.Headers.GetValues(name));
}
