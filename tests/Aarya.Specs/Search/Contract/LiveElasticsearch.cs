using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Aarya.Specs.Search.Elasticsearch;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Specs.Search.Contract;

/// <summary>A live cluster, behind a proxy that holds each request against the API's description and records the searches.</summary>
internal sealed class LiveElasticsearch : IAsyncDisposable
{
    private readonly HttpClient cluster;
    private readonly string alias;
    private readonly StoredSearches recorded;
    private readonly WebApplication app;

    private LiveElasticsearch(Uri url, string alias, StoredSearches recorded)
    {
        (this.alias, this.recorded) = (alias, recorded);
        cluster = new(Handler()) { BaseAddress = url };
        if (Variable("API_KEY") is { } key)
            cluster.DefaultRequestHeaders.Authorization = new("ApiKey", key);
        else if (Variable("USER") is { } user)
            cluster.DefaultRequestHeaders.Authorization =
                new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{Variable("PASSWORD")}")));
        Url = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Ports.Free()}");
        var builder = BareHost.Create($"--urls={Url}");
        builder.Logging.ClearProviders();
        builder.Services.AddRequestDecompression();
        app = builder.Build();
        app.UseRequestDecompression();
        app.Run(ForwardAsync);
    }

    private string Url { get; }

    public string Argument => $"--ELASTICSEARCH_URL={Url}";

    /// <summary>A setting of the live cluster, under the name that keeps other specs from using it; null when it is not set.</summary>
    public static string? Variable(string name) =>
        Environment.GetEnvironmentVariable($"SPECS_ELASTICSEARCH_{name}") is { Length: > 0 } value ? value : null;

    private ConcurrentQueue<string> Faults { get; } = new();

    public static async Task<LiveElasticsearch> StartAsync(Uri url, string alias, StoredSearches recorded)
    {
        var live = new LiveElasticsearch(url, alias, recorded);
        await live.WipeAsync();
        await live.app.StartAsync();
        return live;
    }

    /// <summary>Fails if a request was not as the API's description has it.</summary>
    public void AssertDescribed()
    {
        if (!Faults.IsEmpty) Assert.Fail(string.Join('\n', Faults.Distinct()));
    }

    /// <summary>Searches find all that was written.</summary>
    public async Task RefreshAsync() => (await cluster.PostAsync($"/{alias}/_refresh", null)).EnsureSuccessStatusCode();

    private async Task ForwardAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (method, path) = (http.Request.Method, http.Request.Path.Value!);
        if (ElasticsearchApi.Description?.FaultOf(method, path, http.Request.Query, body) is { } fault)
            Faults.Enqueue($"{method} {path}{http.Request.QueryString}: {fault}");
        using var request = new HttpRequestMessage(new(method), http.Request.GetEncodedPathAndQuery());
        if (body.Length > 0)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(http.Request.ContentType!);
        }

        foreach (var accept in http.Request.Headers.Accept) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var answer = await cluster.SendAsync(request, http.RequestAborted);
        var text = await answer.Content.ReadAsStringAsync(http.RequestAborted);
        if (answer.IsSuccessStatusCode && path.EndsWith("/_search", StringComparison.Ordinal))
            recorded.Record(path, JsonNode.Parse(body)!, JsonNode.Parse(text)!);
        if (answer.Headers.TryGetValues("X-Elastic-Product", out var product)) http.Response.Headers["X-Elastic-Product"] = product.First();
        var type = answer.Content.Headers.ContentType?.ToString() ?? "text/plain";
        await FakeElasticsearch.WriteAsync(http, (int)answer.StatusCode, text, type);
    }

    private async Task WipeAsync()
    {
        var indices = JsonNode.Parse(await cluster.GetStringAsync($"/{alias}.*/_alias"))!.AsObject();
        foreach (var index in indices.Select(x => x.Key)) await cluster.DeleteAsync($"/{index}");
        await cluster.DeleteAsync($"/_index_template/{alias}");
        await cluster.DeleteAsync($"/_synonyms/{alias}-synonyms");
    }

    private static SocketsHttpHandler Handler()
    {
        var handler = new SocketsHttpHandler();
        if (Variable("CA_FILE") is not { } file) return handler;
        handler.SslOptions.CertificateChainPolicy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        handler.SslOptions.CertificateChainPolicy.CustomTrustStore.ImportFromPemFile(file);
        return handler;
    }

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync();
        await app.DisposeAsync();
        await WipeAsync();
        cluster.Dispose();
    }
}
