using System.Collections.Concurrent;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aarya.Specs.Support;

namespace Aarya.Specs.Search.Contract;

/// <summary>The answers of Elasticsearch to the searches of the contract, stored in the repository.</summary>
internal sealed class StoredSearches
{
    private const string File = "tests/Aarya.Specs/Search/Contract/elasticsearch-answers.json";
    private static readonly JsonSerializerOptions Layout = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Dictionary<string, (JsonNode Request, JsonNode Answer)> known = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (JsonNode Request, JsonNode Answer)> recorded = new(StringComparer.Ordinal);

    public static StoredSearches Read()
    {
        var stored = new StoredSearches();
        foreach (var exchange in JsonNode.Parse(System.IO.File.ReadAllText(Repository.PathOf(File)))!["exchanges"]!.AsArray())
        {
            var request = exchange!["request"]!;
            stored.known[KeyOf((string)exchange["path"]!, request)] = (request, exchange["answer"]!);
        }

        return stored;
    }

    /// <exception cref="InvalidOperationException">There is no answer to this search.</exception>
    public JsonNode Answer(string path, JsonNode request) => known.TryGetValue(KeyOf(path, request), out var found)
        ? found.Answer.DeepClone()
        : throw new InvalidOperationException($"{File} has no answer to this search: {request.ToJsonString(Layout)}");

    /// <summary>Keeps an answer of a live cluster.</summary>
    public void Record(string path, JsonNode request, JsonNode answer) => recorded[KeyOf(path, request)] = (request, answer);

    /// <summary>Replaces the file when answers were to be recorded.</summary>
    public void Save()
    {
        if (recorded.IsEmpty || Environment.GetEnvironmentVariable("SPECS_RECORD") != "1") return;
        using var file = new StreamWriter(Repository.PathOf(File));
        file.WriteLine("{\"source\": \"recorded\", \"exchanges\": [");
        var lines = recorded.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => new JsonObject
        {
            ["path"] = x.Key[..x.Key.IndexOf(' ', StringComparison.Ordinal)],
            ["request"] = x.Value.Request.DeepClone(),
            ["answer"] = x.Value.Answer.DeepClone(),
        }.ToJsonString(Layout));
        file.WriteLine(string.Join(",\n", lines));
        file.WriteLine("]}");
    }

    private static string KeyOf(string path, JsonNode request) => $"{path} {request.ToJsonString(Layout)}";
}
