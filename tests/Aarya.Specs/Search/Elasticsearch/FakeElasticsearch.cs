using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Specs.Search.Elasticsearch;

/// <summary>
/// What Elasticsearch does with writes, in memory: indices, aliases, external versions. A search finds everything that is on sale, because
/// no spec that uses it asks how searches match. It can be slow, refuse, break off, or be something else; every request is held against
/// the API's description.
/// </summary>
public sealed class FakeElasticsearch : IAsyncDisposable
{
    private readonly Lock writing = new();
    private readonly Dictionary<string, Dictionary<string, (long Version, JsonObject Source)>> indices = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> aliases = new(StringComparer.Ordinal);
    private WebApplication app = null!;
    private string pattern = "none";

    private FakeElasticsearch(string url) => Url = url;

    public string Url { get; }

    /// <summary>The setting that leads the program to it.</summary>
    public string Argument => $"--ELASTICSEARCH_URL={Url}";

    /// <summary>Answers the request itself and returns true, or returns false to leave it to the fake; null for none.</summary>
    public Func<HttpContext, Task<bool>>? Trouble { get; set; }

    /// <summary>The answers to searches, by path and body; null for those of the fake itself.</summary>
    public Func<string, JsonNode, JsonNode>? Searches { get; set; }

    /// <summary>The status and the type of the error of refused items.</summary>
    public (int Status, string Type) RefusedWith { get; set; } = (429, "es_rejected_execution_exception");

    /// <summary>Whether an item of a bulk request is refused for now.</summary>
    public Func<string, bool> RefusesItem { get; set; } = _ => false;

    /// <summary>The header that says what product it is; null for another product.</summary>
    public string? Product { get; set; } = "Elasticsearch";

    private ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>How many items each bulk request so far had.</summary>
    public ConcurrentQueue<int> Bulks { get; } = new();

    /// <summary>The rules of synonyms that were sent last.</summary>
    public IReadOnlyList<string> Synonyms { get; private set; } = [];

    /// <summary>How many searches found no index.</summary>
    public int Missed { get; private set; }

    /// <summary>The names of the indices.</summary>
    public IReadOnlyList<string> Indices
    {
        get
        {
            lock (writing) return [.. indices.Keys];
        }
    }

    /// <summary>The documents of the index that the alias leads to, by id: those on sale.</summary>
    public Dictionary<string, JsonObject> OnSale(string alias)
    {
        lock (writing)
        {
            return aliases.TryGetValue(alias, out var index) && indices.TryGetValue(index, out var documents)
                ? documents.Where(x => (bool)x.Value.Source["onSale"]!).ToDictionary(x => x.Key, x => x.Value.Source)
                : [];
        }
    }

    /// <summary>Fails if a request was not as the API's description has it.</summary>
    public void AssertDescribed()
    {
        if (!Faults.IsEmpty) Assert.Fail(string.Join('\n', Faults.Distinct()));
    }

    /// <summary>Loses all data, as a cluster that was made again.</summary>
    public void Wipe()
    {
        lock (writing)
        {
            indices.Clear();
            aliases.Clear();
        }
    }

    public static Task<FakeElasticsearch> StartAsync(X509Certificate2? certificate = null) =>
        StartAsync(Ports.Free(), certificate);

    public static async Task<FakeElasticsearch> StartAsync(int port, X509Certificate2? certificate = null)
    {
        // It is large: the first request should not wait until it is read.
        _ = ElasticsearchApi.Description;
        var scheme = certificate is null ? "http" : "https";
        var fake = new FakeElasticsearch(string.Create(CultureInfo.InvariantCulture, $"{scheme}://localhost:{port}"));
        var builder = BareHost.Create();
        builder.Logging.ClearProviders();
        builder.Services.AddRequestDecompression();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(x => x.ListenLocalhost(port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null) listen.UseHttps(certificate);
        }));
        fake.app = builder.Build();
        fake.app.UseRequestDecompression();
        fake.app.Run(fake.AnswerAsync);
        await fake.app.StartAsync();
        return fake;
    }

    /// <summary>A certificate for localhost that an authority has issued.</summary>
    public static X509Certificate2 Issued(X509Certificate2 authority)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var made = request.Create(
            authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter), Guid.NewGuid().ToByteArray())
            .CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A certificate for localhost, signed by itself.</summary>
    public static X509Certificate2 Certificate(DateTimeOffset expires, string name = "localhost")
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var made = request.CreateSelfSigned(expires.AddYears(-1), expires);
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }

    private async Task AnswerAsync(HttpContext http)
    {
        try
        {
            await TryAnswerAsync(http);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            Faults.Enqueue($"{http.Request.Method} {http.Request.Path}: {e}");
            throw;
        }
    }

    private async Task TryAnswerAsync(HttpContext http)
    {
        if (Product is not null) http.Response.Headers["X-Elastic-Product"] = Product;
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (method, path) = (http.Request.Method, http.Request.Path.Value!);
        if (ElasticsearchApi.Description is { } api && api.FaultOf(method, path, http.Request.Query, body) is { } fault)
            Faults.Enqueue($"{method} {path}{http.Request.QueryString}: {fault}");
        if (Trouble is { } trouble && await trouble(http)) return;
        var (status, answer) = Answer(method, path.Trim('/').Split('/'), body);
        await WriteAsync(http, status, answer.ToJsonString());
    }

    /// <param name="type">The media type; null for the one that the client asked for, as Elasticsearch chooses it.</param>
    public static async Task WriteAsync(HttpContext http, int status, string answer, string? type = null)
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type ?? http.Request.Headers.Accept.ToString();
        if (http.Request.Method != "HEAD") await http.Response.WriteAsync(answer);
    }

    private (int Status, JsonNode Answer) Answer(string method, string[] path, string body)
    {
        lock (writing)
        {
            return (method, path) switch
            {
                ("HEAD", [""]) => (200, new JsonObject()),
                ("GET", [""]) => (200, Json(
                    """
                    {
                      "name": "fake", "cluster_name": "fake", "cluster_uuid": "fake", "tagline": "You Know, for Search",
                      "version": {
                        "number": "9.1.0", "build_flavor": "default", "build_type": "docker", "build_hash": "0", "build_snapshot": false,
                        "build_date": "2025-07-01T00:00:00.000Z", "lucene_version": "10.2.2",
                        "minimum_wire_compatibility_version": "8.19.0", "minimum_index_compatibility_version": "8.0.0"
                      }
                    }
                    """)),
                ("PUT", ["_synonyms", _]) => PutSynonyms(body),
                ("PUT", ["_index_template", _]) => PutTemplate(JsonNode.Parse(body)!),
                ("POST", ["_aliases"]) => SwitchAliases(JsonNode.Parse(body)!),
                ("POST", ["_bulk"]) => Bulk(body),
                ("GET", [var pattern, "_alias"]) => (200, Aliases(pattern)),
                ("PUT", [var index]) => Create(index),
                ("DELETE", [var index]) => indices.Remove(index) ? (200, Acknowledged()) : (404, Missing(index)),
                ("POST", [_, "_refresh"]) => (200, Json($$"""{"_shards": {{Shards}}}""")),
                ("POST", [var index, "_search"]) when Searches is { } searches =>
                    (200, searches($"/{index}/_search", JsonNode.Parse(body)!)),
                ("POST", [var index, "_search"]) => Search(index, JsonNode.Parse(body)!.AsObject()),
                _ => (400, Json($$"""{"error": "The fake does not know {{method}} {{string.Join('/', path)}}", "status": 400}""")),
            };
        }
    }

    private (int Status, JsonNode Answer) PutSynonyms(string body)
    {
        // One rule may be sent without a list.
        var rules = JsonNode.Parse(body)!["synonyms_set"]!;
        Synonyms = [.. (rules as JsonArray ?? [rules.DeepClone()]).Select(x => (string)x!["synonyms"]!)];
        return (200, Json($$$"""{"result": "updated", "reload_analyzers_details": {"_shards": {{{Shards}}}, "reload_details": []}}"""));
    }

    private (int Status, JsonNode Answer) PutTemplate(JsonNode template)
    {
        pattern = (string)template["index_patterns"]!;
        return (200, Acknowledged());
    }

    private (int Status, JsonNode Answer) Create(string index)
    {
        if (!index.StartsWith(pattern.TrimEnd('*'), StringComparison.Ordinal)) Faults.Enqueue($"PUT {index}: no template has its fields");
        indices.Add(index, new(StringComparer.Ordinal));
        return (200, Json($$"""{"acknowledged": true, "shards_acknowledged": true, "index": "{{index}}"}"""));
    }

    private JsonObject Aliases(string pattern)
    {
        var begins = pattern.TrimEnd('*');
        var found = new JsonObject();
        foreach (var index in indices.Keys.Where(x => x.StartsWith(begins, StringComparison.Ordinal)))
        {
            var names = new JsonObject();
            foreach (var alias in aliases.Where(x => x.Value == index)) names[alias.Key] = new JsonObject();
            found[index] = new JsonObject { ["aliases"] = names };
        }

        return found;
    }

    private (int Status, JsonNode Answer) SwitchAliases(JsonNode body)
    {
        foreach (var action in body["actions"]!.AsArray())
        {
            if (action!["remove"] is { } removed) aliases.Remove((string)removed["alias"]!);
        }

        foreach (var action in body["actions"]!.AsArray())
        {
            if (action!["add"] is { } added) aliases[(string)added["alias"]!] = (string)added["index"]!;
        }

        return (200, Acknowledged());
    }

    private (int Status, JsonNode Answer) Bulk(string body)
    {
        var lines = body.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Bulks.Enqueue(lines.Length / 2);
        var items = new JsonArray();
        for (var i = 0; i < lines.Length; i += 2)
        {
            var action = JsonNode.Parse(lines[i])!["index"]!;
            var (index, id, version) = ((string)action["_index"]!, (string)action["_id"]!, (long)action["version"]!);
            items.Add(new JsonObject { ["index"] = Write(index, id, version, JsonNode.Parse(lines[i + 1])!.AsObject()) });
        }

        var failed = items.Any(x => (int)x!["index"]!["status"]! >= 300);
        return (200, new JsonObject { ["took"] = 1, ["errors"] = failed, ["items"] = items });
    }

    private JsonObject Write(string index, string id, long version, JsonObject source)
    {
        if (RefusesItem(id)) return Refused(index, id, RefusedWith.Status, RefusedWith.Type);
        if (!indices.TryGetValue(index, out var documents)) return Refused(index, id, 404, "index_not_found_exception");
        // https://www.elastic.co/docs/reference/elasticsearch/rest-apis/index-versioning: external_gte
        if (documents.TryGetValue(id, out var known) && known.Version > version)
            return Refused(index, id, 409, "version_conflict_engine_exception");
        documents[id] = (version, source);
        return Json(
            $$"""
            {
              "_index": "{{index}}", "_id": "{{id}}", "_version": {{version}}, "result": "updated", "_shards": {{Shards}}, "_seq_no": 1,
              "_primary_term": 1, "status": 200
            }
            """);
    }

    private static JsonObject Refused(string index, string id, int status, string type) => Json(
        $$$"""
        {"_index": "{{{index}}}", "_id": "{{{id}}}", "status": {{{status}}}, "error": {"type": "{{{type}}}", "reason": "refused"}}
        """);

    private (int Status, JsonNode Answer) Search(string alias, JsonObject body)
    {
        if (!aliases.TryGetValue(alias, out var index))
        {
            Missed++;
            return (404, Missing(alias));
        }

        var found = OnSale(alias);
        var hits = found.OrderBy(x => x.Key, StringComparer.Ordinal).Take((int?)body["size"] ?? 10)
            .Select(x => (x.Key, Source: x.Value.ToJsonString()))
            .Select(x => $$"""{"_index": "{{index}}", "_id": "{{x.Key}}", "_source": {{x.Source}}, "sort": [1.0, "{{x.Key}}"]}""");
        var answer = Json(
            $$"""
            {
              "took": 1, "timed_out": false, "_shards": {{Shards}},
              "hits": {"total": {"value": {{found.Count}}, "relation": "eq"}, "max_score": null, "hits": [{{string.Join(',', hits)}}]}
            }
            """);
        if (body["aggregations"] is JsonObject asked) answer["aggregations"] = Counted(asked, found.Count);
        return (200, answer);
    }

    // Each count is that of all products on sale; values are not listed.
    private static JsonObject Counted(JsonObject asked, int count)
    {
        var answers = new JsonObject();
        foreach (var (name, aggregation) in asked)
        {
            var (kind, definition) = aggregation!.AsObject().First(x => x.Key is not "aggregations");
            var answer = kind switch
            {
                "terms" => Json("""{"doc_count_error_upper_bound": 0, "sum_other_doc_count": 0, "buckets": []}"""),
                "range" => Json($$"""{"buckets": [{{Bands(definition!["ranges"]!.AsArray())}}]}"""),
                _ => Json($$"""{"doc_count": {{count}}}"""),
            };
            if (kind is not ("terms" or "range") && aggregation["aggregations"] is JsonObject inner)
            {
                foreach (var (key, value) in Counted(inner, count)) answer[key] = value!.DeepClone();
            }

            answers[$"{(kind == "terms" ? "sterms" : kind)}#{name}"] = answer;
        }

        return answers;

        static string Bands(JsonArray ranges) => string.Join(
            ',', ranges.Select(x => $$$"""{"key": "{{{x!["key"]}}}", "doc_count": 0, "reverse_nested#products": {"doc_count": 0}}"""));
    }

    private static JsonObject Acknowledged() => Json("""{"acknowledged": true}""");

    private const string Shards = """{"total": 1, "successful": 1, "failed": 0}""";

    private static JsonObject Missing(string index) => Json(
        $$$"""
        {
          "error": {"type": "index_not_found_exception", "reason": "no such index [{{{index}}}]", "index": "{{{index}}}"}, "status": 404
        }
        """);

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(new CancellationToken(canceled: true));
        await app.DisposeAsync();
    }
}
