using System.Text.Json;

namespace Aarya.Fuzz;

/// <summary>Finds what is wrong with an answer.</summary>
internal static class Judge
{
    // The statuses of requests that the server refuses before they reach the program.
    private static readonly int[] OfTheParser = [400, 408, 411, 413, 414, 431, 505];
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>The fault, or null; and the body if it is JSON. Dispose it.</summary>
    public static (string? Fault, JsonDocument? Body) Of(Request request, RawAnswer answer)
    {
        if (answer.Status >= 500 && !(answer.Status == 505 && request.MayBeRefusedByTheParser)) return ($"answers {answer.Status}", null);
        var ofTheParser = answer.Body.Length == 0 && !answer.Headers.ContainsKey("x-request-id") && OfTheParser.Contains(answer.Status);
        if (ofTheParser && request.MayBeRefusedByTheParser) return (null, null);
        // A path that was spoilt may lead to another operation or to none.
        if (IsUnrouted(answer)) return (null, null);
        if (request.MayLeadElsewhere) return (null, null);
        if (!request.Operation.Answers.TryGetValue(answer.Status, out var described))
            return ($"answers {answer.Status}, which is not described", null);
        if (answer.Status is 429 or 503 && !answer.Headers.ContainsKey("retry-after"))
            return ($"answers {answer.Status} without Retry-After", null);
        if (ofTheParser) return (null, null);
        if (request.Operation.Method == "HEAD" || answer.Status is 204 or 304) return (null, null);

        var type = answer.Headers.GetValueOrDefault("content-type")?.Split(';')[0];
        if (answer.Status >= 400 && type != "application/problem+json")
            return ($"refuses with {answer.Status} and {type ?? "no"} media type instead of a problem", null);
        if (described.Schemas.Count == 0)
            return answer.Body.Length == 0 ? (null, null) : ($"answers {answer.Status} with a body that is not described", null);
        if (type is null || !described.Schemas.TryGetValue(type, out var schema))
            return ($"answers {answer.Status} with {type ?? "no media type"}, which is not described", null);
        if (!type.EndsWith("json", StringComparison.Ordinal)) return (null, null);

        JsonDocument body;
        try
        {
            body = JsonDocument.Parse(answer.Body, Strict);
        }
        catch (JsonException e)
        {
            return ($"answers {answer.Status} with invalid JSON: {e.Message}", null);
        }

        if (schema.FaultOf(body.RootElement) is { } fault) return ($"answers {answer.Status} against its schema: {fault}", body);
        if (answer.Status >= 400 && body.RootElement.GetProperty("status").GetInt32() != answer.Status)
            return ($"answers {answer.Status} with another status in its body", body);
        if (answer.Status >= 400 && body.RootElement.GetProperty("code").GetString() is not { Length: > 0 })
            return ($"refuses with {answer.Status} and no code", body);
        return (null, body);
    }

    /// <summary>True for the answer to a request that leads to no operation.</summary>
    public static bool IsUnrouted(RawAnswer answer) =>
        answer.Status is 404 or 405 && CodeOf(answer) is "route.not_found" or "method.not_allowed";

    private static string? CodeOf(RawAnswer answer)
    {
        try
        {
            using var body = JsonDocument.Parse(answer.Body);
            return body.RootElement.GetProperty("code").GetString();
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
