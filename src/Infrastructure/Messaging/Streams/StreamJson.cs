using System.Text.Json;
using System.Text.Json.Serialization;
using Aarya.Infrastructure.Privacy;
using Wolverine.Runtime.Serialization;

namespace Aarya.Infrastructure.Messaging.Streams;

/// <summary>
/// How events are written and read: camelCase, enums as snake_case words. A reader ignores members that its record does not
/// have, because publishers may add some; all others must be present, unless the record has a default for them.
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

    /// <summary>The same with personal values sealed, for the outbox and the streams.</summary>
    internal static IMessageSerializer SerializerFor(Sealer sealer) =>
        new SystemTextJsonSerializer(new JsonSerializerOptions(Options).Sealing(sealer));
}
