using System.Text.Json.Nodes;

namespace Aarya.Fuzz;

/// <summary>One operation of the API's description.</summary>
/// <param name="Name">Its <c>operationId</c>.</param>
/// <param name="Method">GET, POST, ...</param>
/// <param name="Path">The template, such as <c>/api/orders/{id}</c>.</param>
/// <param name="Parameters">Of path, query and headers.</param>
/// <param name="Body">The schema of its JSON body, or null.</param>
/// <param name="Answers">The described answers, by status.</param>
internal sealed record Operation(
    string Name, string Method, string Path, IReadOnlyList<Parameter> Parameters, JsonObject? Body,
    IReadOnlyDictionary<int, Answer> Answers)
{
    public string Route => $"{Method} {Path}";
}

/// <param name="In">path, query or header.</param>
internal sealed record Parameter(string Name, string In, bool Required, JsonObject Schema);

/// <param name="Schemas">By media type; empty when the answer has no body.</param>
internal sealed record Answer(IReadOnlyDictionary<string, AnswerSchema> Schemas);
