using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Aarya.Fuzz;

/// <summary>The part of the running shop's OpenAPI document that is needed to make requests and to check answers.</summary>
internal sealed class ApiDescription
{
    private readonly JsonObject document;
    private readonly JsonObject definitions;

    private ApiDescription(JsonObject document)
    {
        this.document = document;
        definitions = (JsonObject)Strict(document["components"]!["schemas"]!)!;
        Operations = [.. from path in document["paths"]!.AsObject()
                         from operation in path.Value!.AsObject()
                         where operation.Value is JsonObject
                         select Read(path.Key, operation.Key.ToUpperInvariant(), operation.Value!.AsObject())];
    }

    public IReadOnlyList<Operation> Operations { get; }

    public static async Task<ApiDescription> OfAsync(HttpClient http, CancellationToken cancellation) =>
        new(JsonNode.Parse(await http.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative), cancellation))!.AsObject());

    /// <summary>The schema itself, or the one that it refers to.</summary>
    public JsonObject Resolve(JsonObject schema) => schema["$ref"] is { } reference ? At((string)reference!) : schema;

    private Operation Read(string path, string method, JsonObject operation) => new(
        (string)operation["operationId"]!, method, path,
        [.. (operation["parameters"]?.AsArray() ?? []).Select(x => Resolve(x!.AsObject())).Select(x =>
            new Parameter((string)x["name"]!, (string)x["in"]!, (bool?)x["required"] ?? false, x["schema"]!.AsObject()))],
        operation["requestBody"] is JsonObject body ? Resolve(body)["content"]!["application/json"]?["schema"]?.AsObject() : null,
        operation["responses"]!.AsObject().Where(x => int.TryParse(x.Key, CultureInfo.InvariantCulture, out _))
            .ToDictionary(x => int.Parse(x.Key, CultureInfo.InvariantCulture), x => ReadAnswer(Resolve(x.Value!.AsObject()))));

    private Answer ReadAnswer(JsonObject answer) => new((answer["content"]?.AsObject() ?? []).ToDictionary(
        x => x.Key, x => new AnswerSchema((JsonObject?)Strict(x.Value?["schema"]), definitions)));

    private JsonObject At(string reference)
    {
        JsonNode at = document;
        foreach (var step in reference.Split('/').Skip(1)) at = at[step.Replace("~1", "/", StringComparison.Ordinal)]!;
        return Resolve(at.AsObject());
    }

    // A member that the schema does not name is a fault of the answer or of the schema. Problems may have further members.
    private static JsonNode? Strict(JsonNode? node)
    {
        switch (node)
        {
            case JsonArray list:
                return new JsonArray([.. list.Select(Strict)]);
            case JsonObject schema:
                var strict = new JsonObject();
                foreach (var (name, value) in schema)
                {
                    if (name == "$ref")
                        strict[name] = ((string)value!).Replace("#/components/schemas/", "#/$defs/", StringComparison.Ordinal);
                    else strict[name] = Strict(value);
                }

                // In a schema `type` is a word; where it is an object, this is a map of members, one of which is called `type`.
                if (schema["properties"] is JsonObject members && schema["type"] is not JsonObject
                    && !members.ContainsKey("traceId") && !schema.ContainsKey("additionalProperties"))
                    strict["additionalProperties"] = false;
                return strict;
            default:
                return node?.DeepClone();
        }
    }
}
