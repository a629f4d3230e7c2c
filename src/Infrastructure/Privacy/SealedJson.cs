using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Aarya.Infrastructure.Privacy;

/// <summary>JSON with sealed <see cref="PersonalAttribute"/> properties and with blind indexes.</summary>
public static class SealedJson
{
    /// <summary>For stores and transports, not for answers.</summary>
    public static JsonSerializerOptions Sealing(this JsonSerializerOptions options, Sealer sealer)
    {
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver())
            .WithAddedModifier(type => Seal(type, sealer));
        return options;
    }

    private static void Seal(JsonTypeInfo type, Sealer sealer)
    {
        foreach (var property in type.Properties)
        {
            if (property.AttributeProvider is not { } member) continue;
            if (member.IsDefined(typeof(PersonalAttribute), inherit: true))
                property.CustomConverter = ConverterFor(property.PropertyType, sealer);
            if (member.GetCustomAttributes(typeof(BlindIndexAttribute), inherit: true) is [BlindIndexAttribute index])
                property.Get = ReaderOf(type.Type, index.Of, sealer);
        }
    }

    private static Func<object, object?> ReaderOf(Type type, string name, Sealer sealer)
    {
        var source = type.GetProperty(name) ?? throw new InvalidOperationException($"{type} has no property {name} for a blind index.");
        if (source.PropertyType == typeof(string))
            return x => source.GetValue(x) is string { Length: > 0 } value ? sealer.IndexOf(value) : "";
        return source.PropertyType.IsAssignableTo(typeof(IEnumerable<string>))
            ? x => ((IEnumerable<string>)source.GetValue(x)!).Select(sealer.IndexOf).ToArray()
            : throw new InvalidOperationException($"{type}.{name} must be a text or a list of texts for a blind index.");
    }

    private static JsonConverter ConverterFor(Type type, Sealer sealer) => type == typeof(string)
        ? new TextConverter(sealer)
        : (JsonConverter)Activator.CreateInstance(typeof(ValueConverter<>).MakeGenericType(type), sealer)!;

    private sealed class TextConverter(Sealer sealer) : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String
                ? sealer.Open(reader.GetString()!)
                : throw new JsonException("A text is expected here.");

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) =>
            writer.WriteStringValue(sealer.Seal(value));
    }

    /// <summary>Seals a value that is not a text as its JSON.</summary>
    private sealed class ValueConverter<T>(Sealer sealer) : JsonConverter<T>
    {
        public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType == JsonTokenType.String && sealer.TryOpen(reader.GetString()!, out var json)
                ? JsonSerializer.Deserialize<T>(json, options)
                : JsonSerializer.Deserialize<T>(ref reader, options);

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(sealer.Seal(JsonSerializer.SerializeToUtf8Bytes(value, options)));
    }
}
