using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Aarya.Specs.Support;
using Json.Schema;
using Microsoft.AspNetCore.Http;

namespace Aarya.Specs.Search.Elasticsearch;

/// <summary>
/// The official description of Elasticsearch's API (https://github.com/elastic/elasticsearch-specification): method, path, parameters and
/// body of a request must be in it.
/// </summary>
internal sealed class ElasticsearchApi
{
    private const string Id = "https://schemas.aarya.example/elasticsearch";
    private const string Open = "-open";

    // Their members have the names of fields, or names that the client chooses, which the description cannot list.
    private static readonly string[] FieldsAsMembers =
        ["_types.SortOptions", "_types.query_dsl.TermsQuery", "_global.search._types.Suggester"];

    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List };

    /// <summary>The description, which is not part of this repository; null when it is not beside it.</summary>
    public static ElasticsearchApi? Description { get; } = Find(); // After the other static members, which it uses.

    private readonly JsonObject document;
    private readonly Dictionary<string, JsonSchema> schemas = new(StringComparer.Ordinal);
    private readonly Lock reading = new();

    // A client that does not wait long enough sends its request again: the judgement that it did not wait for is then there.
    private readonly ConcurrentDictionary<string, Lazy<string?>> judged = new(StringComparer.Ordinal);

    private ElasticsearchApi(JsonObject document)
    {
        this.document = document;
        var definitions = new JsonObject();
        foreach (var (name, schema) in document["components"]!["schemas"]!.AsObject())
        {
            definitions[name] = Schema(schema!, closed: true, FieldsAsMembers.Contains(name));
            definitions[$"{name}{Open}"] = Schema(schema!, closed: false);
        }

        SchemaRegistry.Global.Register(
            new Uri(Id), JsonSchema.FromText(new JsonObject { ["$id"] = Id, ["$defs"] = definitions }.ToJsonString()));
    }

    /// <summary>What is wrong with a request, or null.</summary>
    public string? FaultOf(string method, string path, IQueryCollection query, string body) => judged.GetOrAdd(
        $"{method} {path}?{string.Join('&', query.Select(x => $"{x.Key}={x.Value}"))}\n{body}",
        _ => new(() => Judge(method, path, query, body))).Value;

    private string? Judge(string method, string path, IQueryCollection query, string body)
    {
        lock (reading)
        {
            var template = document["paths"]!.AsObject().Select(x => x.Key)
                .Where(x => Matches(x, path)).OrderBy(x => x.Count(y => y == '{')).FirstOrDefault();
            if (template is null) return "the path is not in the description";
            if (document["paths"]![template]![Lower(method)] is not JsonObject operation) return $"{template} has no {method}";
            var parameters = (operation["parameters"]?.AsArray() ?? []).Select(x => Resolve(x!)).ToList();
            foreach (var (name, value) in query)
            {
                // Common to all operations: https://www.elastic.co/docs/reference/elasticsearch/rest-apis/common-options
                if (name is "typed_keys" or "error_trace" or "human" or "pretty") continue;
                if (parameters.FirstOrDefault(x => (string?)x["in"] == "query" && (string?)x["name"] == name) is not { } parameter)
                    return $"{template} has no parameter {name}";
                if (FaultOf(parameter["schema"]!, ValueOf(value.ToString())) is { } wrong) return $"parameter {name}: {wrong}";
            }

            if (operation["requestBody"] is not { } declared) return body.Length == 0 ? null : $"{method} {template} has no body";
            var content = Resolve(declared)["content"]!.AsObject().First();
            if (content.Key.Contains("ndjson", StringComparison.Ordinal) || path.EndsWith("_bulk", StringComparison.Ordinal))
                return FaultOfLines(content.Value!["schema"]!, body);
            return body.Length == 0 ? null : FaultOf(content.Value!["schema"]!, JsonNode.Parse(body));
        }
    }

    // The lines of a bulk request are the items of the schema's list.
    private string? FaultOfLines(JsonNode schema, string body) =>
        FaultOf(schema, new JsonArray([.. body.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(x => JsonNode.Parse(x))]));

    private string? FaultOf(JsonNode schema, JsonNode? value)
    {
        var key = schema.ToJsonString();
        if (!schemas.TryGetValue(key, out var judge))
            schemas[key] = judge = JsonSchema.FromText(Schema(schema, closed: true).ToJsonString());
        var result = judge.Evaluate(value, Options);
        if (result.IsValid) return null;
        // What is deepest in the request says most.
        return string.Join("; ", (result.Details ?? []).Where(x => x.Errors is { Count: > 0 })
            .OrderByDescending(x => x.InstanceLocation.Count)
            .Select(x => $"{x.InstanceLocation}: {string.Join(", ", x.Errors!.Values)}").Distinct().Take(5));
    }

    /// <summary>
    /// A schema of OpenAPI as JSON Schema (2020-12) that allows no members but those that it lists: Elasticsearch refuses others, and the
    /// description does not say so. The schemas that an allOf combines stay open, and the combination is closed.
    /// </summary>
    private static JsonNode Schema(JsonNode node, bool closed, bool isFree = false)
    {
        var given = node.AsObject();
        if ((string?)given["$ref"] is { } reference)
            return new JsonObject { ["$ref"] = $"{Id}#/$defs/{NameOf(reference)}{(closed ? "" : Open)}" };
        var made = new JsonObject();
        var combined = given["allOf"]?.AsArray().Count > 1;
        foreach (var (key, value) in given)
        {
            switch (key)
            {
                case "properties":
                    made[key] = new JsonObject(
                        value!.AsObject().Select(x => KeyValuePair.Create(x.Key, (JsonNode?)Schema(x.Value!, true))));
                    break;
                case "items" or "additionalProperties" or "not" when value is JsonObject:
                    made[key] = Schema(value, true);
                    break;
                case "oneOf" or "anyOf":
                    made["anyOf"] = new JsonArray([.. value!.AsArray().Select(x => Schema(x!, closed && !combined))]);
                    break;
                case "allOf":
                    made[key] = new JsonArray([.. value!.AsArray().Select(x => Schema(x!, closed && !combined))]);
                    break;
                case "type" or "enum" or "required" or "minItems" or "maxItems" or "minimum" or "maximum" or "pattern"
                    or "additionalProperties" or "const":
                    made[key] = value!.DeepClone();
                    break;
            }
        }

        var lists = (given.ContainsKey("properties") || combined) && !given.ContainsKey("additionalProperties");
        if (closed && lists && !isFree) made["unevaluatedProperties"] = false;
        return made;
    }

    private static string NameOf(string reference) => reference[(reference.LastIndexOf('/') + 1)..];

    private JsonObject Resolve(JsonNode node)
    {
        if ((string?)node["$ref"] is not { } reference) return node.AsObject();
        var found = (JsonNode)document;
        foreach (var part in reference[2..].Split('/'))
            found = found[part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal)]!;
        return found.AsObject();
    }

    private static bool Matches(string template, string path)
    {
        var (expected, given) = (template.Split('/'), path.Split('/'));
        return expected.Length == given.Length
            && expected.Zip(given).All(x => x.First == x.Second || (x.First.StartsWith('{') && x.Second is [not '_', ..]));
    }

    private static JsonNode? ValueOf(string text) => text switch
    {
        "true" => JsonValue.Create(true),
        "false" => JsonValue.Create(false),
        _ when long.TryParse(text, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        _ => JsonValue.Create(text),
    };

    private static string Lower(string method) =>
        method switch { "GET" => "get", "PUT" => "put", "POST" => "post", "HEAD" => "head", _ => "delete" };

    private static ElasticsearchApi? Find()
    {
        var file = Path.Combine(Repository.Root, "..", "shared", "specs", "elasticsearch-openapi.json");
        return File.Exists(file) ? new(JsonNode.Parse(File.ReadAllText(file))!.AsObject()) : null;
    }
}
