using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace Aarya.Infrastructure.Http;

/// <summary>The JSON that a type is read from: the serializer's contract, in a form that a body can be checked against.</summary>
internal sealed class JsonShape
{
    private static readonly ConcurrentDictionary<(JsonSerializerOptions, Type), JsonShape> Known = new();

    private JsonShape(JsonTypeInfo type) => Type = type;

    public enum Kinds
    {
        Object,
        List,
        Map,
        Text,
        Whole,
        Number,
        YesOrNo,
        Uuid,
        Time,
        Word,

        /// <summary>Any JSON.</summary>
        Anything,

        /// <summary>Read by a converter, which alone decides what it accepts.</summary>
        Own,
    }

    public sealed record Member(string Name, byte[] Utf8Name, bool Required, bool Nullable, JsonPropertyInfo Property)
    {
        // Looked up late: a type may contain itself.
        public JsonShape Shape(JsonSerializerOptions options) => Of(Property.PropertyType, options);
    }

    public JsonTypeInfo Type { get; }

    public Kinds Kind { get; private init; }

    public IReadOnlyList<Member> Members { get; private init; } = [];

    /// <summary>The words of an enum, as clients write them.</summary>
    public IReadOnlyList<string> Words { get; private init; } = [];

    /// <summary>The message to a client that has sent something else.</summary>
    public string Expectation { get; private init; } = "";

    /// <summary>True for an object without required members: a missing body is the same as <c>{}</c>.</summary>
    public bool MayBeAbsent => Kind == Kinds.Object && Members.All(x => !x.Required);

    public JsonShape Element => Of(Type.ElementType!, Type.Options);

    public static JsonShape Of(Type type, JsonSerializerOptions options) =>
        Known.GetOrAdd((options, Nullable.GetUnderlyingType(type) ?? type), static key => Read(key.Item1.GetTypeInfo(key.Item2)));

    private static JsonShape Read(JsonTypeInfo info)
    {
        var type = info.Type;
        if (type == typeof(string)) return new(info) { Kind = Kinds.Text, Expectation = "must be a text." };
        if (type == typeof(bool)) return new(info) { Kind = Kinds.YesOrNo, Expectation = "must be true or false." };
        if (type == typeof(Guid)) return new(info) { Kind = Kinds.Uuid, Expectation = "must be a UUID." };
        if (type == typeof(DateTimeOffset) || type == typeof(DateTime))
            return new(info) { Kind = Kinds.Time, Expectation = "must be a time such as 2026-01-31T12:00:00Z." };
        if (WholeRange(type) is { } range)
            return new(info) { Kind = Kinds.Whole, Expectation = $"must be a whole number from {range.Least} to {range.Most}." };
        if (type == typeof(decimal) || type == typeof(double) || type == typeof(float))
            return new(info) { Kind = Kinds.Number, Expectation = "must be a number." };
        if (type == typeof(JsonElement) || type == typeof(object) || type.IsAssignableTo(typeof(JsonNode)))
            return new(info) { Kind = Kinds.Anything };
        if (type.IsEnum)
        {
            var words = Enum.GetValues(type).Cast<object>().Select(x => JsonSerializer.SerializeToElement(x, info).GetString()!).Distinct()
                .ToList();
            return new(info) { Kind = Kinds.Word, Words = words, Expectation = $"must be one of: {string.Join(", ", words)}." };
        }

        return info switch
        {
            { Kind: JsonTypeInfoKind.Enumerable } => new(info) { Kind = Kinds.List, Expectation = "must be a list." },
            { Kind: JsonTypeInfoKind.Dictionary } => new(info) { Kind = Kinds.Map, Expectation = "must be an object." },
            { Kind: JsonTypeInfoKind.Object, PolymorphismOptions: null } =>
                new(info) { Kind = Kinds.Object, Members = MembersOf(info), Expectation = "must be an object." },
            _ => new(info) { Kind = Kinds.Own, Expectation = OwnExpectation(type) },
        };
    }

    /// <summary>What is expected of a value of this type, for query parameters.</summary>
    public static string ExpectationOf(Type type, JsonSerializerOptions options) => Of(type, options).Expectation;

    private static List<Member> MembersOf(JsonTypeInfo info) =>
    [
        .. from member in info.Properties
           where member.Set is not null || member.AssociatedParameter is not null
           let nullable = Nullable.GetUnderlyingType(member.PropertyType) is not null
               || (!member.PropertyType.IsValueType && (member.AssociatedParameter?.IsNullable ?? member.IsSetNullable))
           // Of a record, every parameter is required that is not nullable and has no default.
           let required = member.IsRequired || (member.AssociatedParameter is { HasDefaultValue: false } && !nullable)
           select new Member(member.Name, Encoding.UTF8.GetBytes(member.Name), required, nullable, member),
    ];

    private static string OwnExpectation(Type type) =>
        type == typeof(DateOnly) ? "must be a date such as 2026-01-31."
        : type == typeof(TimeOnly) ? "must be a time of day such as 18:30:00."
        : type == typeof(Uri) ? "must be a URL."
        : "is not valid.";

    private static (object Least, object Most)? WholeRange(Type type) => System.Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => null,
        TypeCode.Byte => (byte.MinValue, byte.MaxValue),
        TypeCode.Int16 => (short.MinValue, short.MaxValue),
        TypeCode.Int32 => (int.MinValue, int.MaxValue),
        TypeCode.Int64 => (long.MinValue, long.MaxValue),
        TypeCode.UInt16 => (ushort.MinValue, ushort.MaxValue),
        TypeCode.UInt32 => (uint.MinValue, uint.MaxValue),
        TypeCode.UInt64 => (ulong.MinValue, ulong.MaxValue),
        _ => null,
    };
}
