using System.Reflection;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.OpenApi;

namespace Aarya.Infrastructure.OpenApi;

/// <summary>
/// Names of schemas. Two contexts may both have an <c>OrderView</c>: then the namespace becomes part of each name, by the same
/// rule in every process, so that the documents of all contexts fit together.
/// </summary>
internal sealed class SchemaNames
{
    public const string Problem = "Problem";

    private readonly Assembly features;
    private readonly string root;
    private readonly HashSet<string> ambiguous;

    public SchemaNames(Assembly features)
    {
        this.features = features;
        root = features.GetName().Name! + ".";
        ambiguous =
            [.. features.GetTypes().Where(x => !x.IsNested && IsSliced(x)).GroupBy(x => x.Name, StringComparer.Ordinal)
                .Where(x => x.Count() > 1).Select(x => x.Key)];
    }

    public string? Of(JsonTypeInfo info)
    {
        if (info.Type.IsAssignableTo(typeof(ProblemDetails))) return Problem;
        if (OpenApiOptions.CreateDefaultSchemaReferenceId(info) is not { } name) return null;
        var type = Nullable.GetUnderlyingType(info.Type) ?? info.Type;
        return type.Assembly == features && ambiguous.Contains(type.Name) && IsSliced(type)
            ? type.Namespace![root.Length..].Replace(".", "", StringComparison.Ordinal) + name
            : name;
    }

    // Generated contracts are in the same assembly, in another namespace.
    private bool IsSliced(Type type) => type.Namespace?.StartsWith(root, StringComparison.Ordinal) == true;
}
