using System.Text.Json;
using System.Text.Json.Serialization;
using Aarya.Infrastructure.Security;
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

    /// <summary>The same with what is personal sealed: so it lies in the outbox and in the streams.</summary>
    internal static IMessageSerializer SerializerFor(Sealer sealer) =>
        new SystemTextJsonSerializer(new JsonSerializerOptions(Options).Sealing(sealer));
}
