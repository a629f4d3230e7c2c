using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Aarya.Fuzz;

/// <summary>The JSON Schema (2020-12) that the body of an answer must match.</summary>
internal sealed class AnswerSchema(JsonObject? schema, JsonObject definitions)
{
    private static readonly EvaluationOptions Options = new() { OutputFormat = OutputFormat.List, RequireFormatValidation = true };
    private readonly Lazy<JsonSchema?> parsed = new(() => schema is null ? null : JsonSchema.FromText(
        new JsonObject { ["$defs"] = definitions.DeepClone(), ["allOf"] = new JsonArray(schema.DeepClone()) }.ToJsonString()));

    /// <summary>What is wrong with the body, or null.</summary>
    public string? FaultOf(JsonElement body)
    {
        if (parsed.Value is not { } judge) return null;
        var result = judge.Evaluate(body, Options);
        if (result.IsValid) return null;
        var errors = (result.Details ?? []).Where(x => x.Errors is { Count: > 0 })
            .Select(x => $"{x.InstanceLocation}: {string.Join(", ", x.Errors!.Values)}").Distinct().Take(3);
        return string.Join("; ", errors);
    }
}
