using System.Text.Json;
using System.Text.Json.Serialization;
using Wolverine.Runtime.Serialization;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// How events are written and read: camelCase, enums as snake_case words. A reader ignores what it does not name, because
/// publishers may add; what it does name must be there, unless the record gives it a default.
/// </summary>
public static class StreamJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false) },
    };

    internal static IMessageSerializer Serializer { get; } = new SystemTextJsonSerializer(Options);
}
