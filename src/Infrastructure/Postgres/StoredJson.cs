using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Aarya.Infrastructure.Privacy;
using Marten;
using Weasel.Core;

namespace Aarya.Infrastructure.Postgres;

/// <summary>
/// The JSON of all stored documents, events and messages: camelCase, enums as words, personal values sealed. A number for an enum would
/// change its meaning when a member is added before it. Earlier versions stored other forms, which are still read.
/// </summary>
public static class StoredJson
{
    // Only the shape of the types; values with a converter of their own are written by it in any version.
    private static readonly JsonSerializerOptions Shapes = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    internal static void UseStoredJson(this StoreOptions marten, Sealer sealer)
    {
        marten.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase);
        ((Marten.Services.SystemTextJsonSerializer)marten.Serializer()).Configure(options =>
        {
            options.PropertyNameCaseInsensitive = true;
            options.Sealing(sealer);
        });
    }

    internal static JsonSerializerOptions AsStoredJson(this JsonSerializerOptions options, Sealer sealer)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.PropertyNameCaseInsensitive = true;
        options.Converters.Add(new JsonStringEnumConverter());
        return options.Sealing(sealer);
    }

    /// <summary>
    /// The same value with today's names and words. Keys of dictionaries, values with a converter and members that the type does not
    /// declare keep their content.
    /// </summary>
    /// <param name="node">Belongs to the result afterwards.</param>
    internal static JsonNode? Rewritten(JsonNode? node, Type type)
    {
        if (node is JsonValue value) return Word(value, Nullable.GetUnderlyingType(type) ?? type);
        if (node is null) return null;
        var shape = Shapes.GetTypeInfo(type);
        switch (node, shape.Kind)
        {
            case (JsonObject members, JsonTypeInfoKind.Object):
                var old = members.ToList();
                members.Clear();
                foreach (var (name, member) in old)
                {
                    var property = shape.Properties.FirstOrDefault(x => x.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
                    var content = property is null or { CustomConverter: not null } ? member : Rewritten(member, property.PropertyType);
                    members[property?.Name ?? JsonNamingPolicy.CamelCase.ConvertName(name)] = content;
                }

                return members;
            case (JsonObject entries, JsonTypeInfoKind.Dictionary):
                var values = entries.ToList();
                entries.Clear();
                foreach (var (key, entry) in values) entries[key] = Rewritten(entry, shape.ElementType!);
                return entries;
            case (JsonArray elements, JsonTypeInfoKind.Enumerable):
                var all = elements.ToList();
                elements.Clear();
                foreach (var element in all) elements.Add(Rewritten(element, shape.ElementType!));
                return elements;
            default:
                return node;
        }
    }

    private static JsonValue Word(JsonValue value, Type type) =>
        type.IsEnum && value.GetValueKind() == JsonValueKind.Number
        && Enum.GetName(type, Enum.Parse(type, value.ToJsonString(), ignoreCase: false)) is { } word
            ? JsonValue.Create(word)
            : value;
}
