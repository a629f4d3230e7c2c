using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Aarya.Infrastructure.OpenApi;

/// <summary>Gives schemas their descriptions from the source, and the shape of types whose converter hides it.</summary>
internal sealed class DescribeSchema : IOpenApiSchemaTransformer
{
    public async Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = Nullable.GetUnderlyingType(context.JsonTypeInfo.Type) ?? context.JsonTypeInfo.Type;
        if (type.GetCustomAttributes(typeof(WrittenAsAttribute), inherit: false) is [WrittenAsAttribute written])
        {
            var shape = await context.GetOrCreateSchemaAsync(written.Shape, null, cancellationToken);
            schema.Type = shape.Type;
            schema.Properties = shape.Properties;
            schema.Required = shape.Required;
            schema.Description = SourceDocumentation.Of(type);
            return;
        }

        if (context.JsonTypeInfo.Kind == JsonTypeInfoKind.Object)
        {
            schema.Description ??= SourceDocumentation.Of(type);
            var shape = JsonShape.Of(type, context.JsonTypeInfo.Options);
            schema.Required = shape.Members.Where(x => x.Required).Select(x => x.Name).ToHashSet();
        }
        else if (context.JsonPropertyInfo is { } member && context.JsonTypeInfo.Kind == JsonTypeInfoKind.None && !type.IsEnum)
        {
            schema.Description ??= SourceDocumentation.Of(member.DeclaringType, MemberNameOf(member));
        }
    }

    private static string MemberNameOf(JsonPropertyInfo member) =>
        (member.AttributeProvider as System.Reflection.MemberInfo)?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(member.Name);
}
