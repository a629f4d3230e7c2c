using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Aarya.Infrastructure.Http;

/// <summary>
/// Checks a body against the shape of its request and reports all faults together, in terms that a client understands. The
/// serializer would stop at the first fault and name .NET types.
/// </summary>
internal sealed class JsonFaults
{
    // Enough to correct a form; a hostile body must not get a long answer.
    private const int MostFaults = 32;
    private const int LongestName = 64;

    private readonly List<string> path = [];
    private readonly Dictionary<string, string[]> faults = [];
    private int count;

    private JsonFaults() { }

    /// <returns>The faults by member (<c>lines[0].quantity</c>; <c>body</c> for the whole), or null when there is none.</returns>
    public static Dictionary<string, string[]>? Of(ReadOnlySpan<byte> body, Type type, JsonSerializerOptions options)
    {
        if (body.StartsWith(Encoding.UTF8.Preamble)) body = body[Encoding.UTF8.Preamble.Length..];
        if (body.IsEmpty || body.IndexOfAnyExcept(" \t\r\n"u8) < 0) return new() { ["body"] = ["must be a JSON object."] };

        var found = new JsonFaults();
        var reader = new Utf8JsonReader(body, new JsonReaderOptions { MaxDepth = AaryaJson.MaxDepth });
        try
        {
            reader.Read();
            found.Value(ref reader, JsonShape.Of(type, options), nullable: false);
            reader.Read();
        }
        catch (JsonException e)
        {
            // Only the syntax error is reported: faults that were found before it may be caused by it.
            return new()
            {
                ["body"] = [e.Message.StartsWith("The maximum configured depth", StringComparison.Ordinal)
                    ? $"is nested deeper than {AaryaJson.MaxDepth} levels."
                    : string.Create(CultureInfo.InvariantCulture,
                        $"is not valid JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}).")],
            };
        }

        return found.faults.Count == 0 ? null : found.faults;
    }

    private void Value(ref Utf8JsonReader reader, JsonShape shape, bool nullable)
    {
        if (reader.TokenType == JsonTokenType.Null && shape.Kind != JsonShape.Kinds.Anything)
        {
            if (!nullable) Add(path.Count == 0 ? shape.Expectation : "must not be null.");
            return;
        }

        switch (shape.Kind)
        {
            case JsonShape.Kinds.Object when reader.TokenType == JsonTokenType.StartObject:
                Members(ref reader, shape);
                return;
            case JsonShape.Kinds.Map when reader.TokenType == JsonTokenType.StartObject:
                Entries(ref reader, shape.Element, free: false);
                return;
            case JsonShape.Kinds.List when reader.TokenType == JsonTokenType.StartArray:
                Elements(ref reader, shape.Element);
                return;
            case JsonShape.Kinds.Anything:
                Anything(ref reader, shape);
                return;
            case JsonShape.Kinds.Own:
                Own(ref reader, shape);
                return;
            case JsonShape.Kinds.Text when reader.TokenType == JsonTokenType.String:
                Text(ref reader);
                return;
        }

        if (!IsScalar(ref reader, shape)) Add(shape.Expectation);
        reader.Skip();
    }

    // The reader cannot convert a string that is not valid text.
    private static bool IsScalar(ref Utf8JsonReader reader, JsonShape shape) =>
        (reader.TokenType != JsonTokenType.String || TextFault(ref reader) is null) && IsScalarOf(ref reader, shape);

    private static bool IsScalarOf(ref Utf8JsonReader reader, JsonShape shape) => (shape.Kind, reader.TokenType) switch
    {
        (JsonShape.Kinds.YesOrNo, JsonTokenType.True or JsonTokenType.False) => true,
        (JsonShape.Kinds.Uuid, JsonTokenType.String) => reader.TryGetGuid(out _),
        (JsonShape.Kinds.Time, JsonTokenType.String) =>
            shape.Type.Type == typeof(DateTime) ? reader.TryGetDateTime(out _) : reader.TryGetDateTimeOffset(out _),
        (JsonShape.Kinds.Number, JsonTokenType.Number) =>
            shape.Type.Type == typeof(decimal)
                ? reader.TryGetDecimal(out _)
                : reader.TryGetDouble(out var number) && double.IsFinite(number),
        (JsonShape.Kinds.Whole, JsonTokenType.Number) => Type.GetTypeCode(shape.Type.Type) switch
        {
            TypeCode.Int32 => reader.TryGetInt32(out _),
            TypeCode.Int64 => reader.TryGetInt64(out _),
            TypeCode.Byte => reader.TryGetByte(out _),
            TypeCode.Int16 => reader.TryGetInt16(out _),
            TypeCode.UInt16 => reader.TryGetUInt16(out _),
            TypeCode.UInt32 => reader.TryGetUInt32(out _),
            _ => reader.TryGetUInt64(out _),
        },
        (JsonShape.Kinds.Word, JsonTokenType.String) => IsWord(ref reader, shape.Words),
        _ => false,
    };

    private static bool IsWord(ref Utf8JsonReader reader, IReadOnlyList<string> words)
    {
        foreach (var word in words)
            if (reader.ValueTextEquals(word)) return true;
        return false;
    }

    private void Members(ref Utf8JsonReader reader, JsonShape shape)
    {
        Span<bool> seen = stackalloc bool[shape.Members.Count];
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = TextFault(ref reader) is null ? 0 : shape.Members.Count;
            while (at < shape.Members.Count && !reader.ValueTextEquals(shape.Members[at].Utf8Name)) at++;
            var member = at < shape.Members.Count ? shape.Members[at] : null;
            path.Add(member?.Name ?? NameOf(ref reader));
            if (member is null) Add("is not a member of this request.");
            else if (seen[at]) Add("is given twice.");

            reader.Read();
            if (member is null || seen[at]) reader.Skip();
            else Value(ref reader, member.Shape(shape.Type.Options), member.Nullable);
            if (member is not null) seen[at] = true;
            path.RemoveAt(path.Count - 1);
        }

        for (var at = 0; at < seen.Length; at++)
            if (!seen[at] && shape.Members[at].Required) Add("is required.", shape.Members[at].Name);
    }

    // A client chooses the keys of a map and the members of free JSON: only duplicates and text that cannot be stored are faults.
    private void Entries(ref Utf8JsonReader reader, JsonShape element, bool free)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var fault = TextFault(ref reader);
            if (fault is not null) Add(fault);
            var name = fault is null ? reader.GetString()! : "";
            path.Add(Shortened(name));
            if (fault is null && !seen.Add(name)) Add("is given twice.");
            reader.Read();
            Value(ref reader, element, nullable: free);
            path.RemoveAt(path.Count - 1);
        }
    }

    private void Elements(ref Utf8JsonReader reader, JsonShape element)
    {
        for (var index = 0; reader.Read() && reader.TokenType != JsonTokenType.EndArray; index++)
        {
            path.Add(string.Create(CultureInfo.InvariantCulture, $"[{index}]"));
            Value(ref reader, element, nullable: false);
            path.RemoveAt(path.Count - 1);
        }
    }

    private void Anything(ref Utf8JsonReader reader, JsonShape shape)
    {
        if (reader.TokenType == JsonTokenType.StartObject) Entries(ref reader, shape, free: true);
        else if (reader.TokenType == JsonTokenType.StartArray) Elements(ref reader, shape);
        else if (reader.TokenType == JsonTokenType.String) Text(ref reader);
    }

    private void Own(ref Utf8JsonReader reader, JsonShape shape)
    {
        var ahead = reader;
        try
        {
            JsonSerializer.Deserialize(ref ahead, shape.Type);
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // The messages of our converters are for clients; the serializer's own messages name types.
            Add(e is JsonException { InnerException: null }
                && !e.Message.StartsWith("The JSON value could not be converted", StringComparison.Ordinal)
                ? e.Message.Split(" Path: ")[0]
                : shape.Expectation);
        }

        if (reader.TokenType == JsonTokenType.String) Text(ref reader);
        reader.Skip();
    }

    private void Text(ref Utf8JsonReader reader)
    {
        if (TextFault(ref reader) is { } fault) Add(fault);
    }

    private static string? TextFault(ref Utf8JsonReader reader)
    {
        if (!System.Text.Unicode.Utf8.IsValid(reader.ValueSpan)) return NotText;
        if (!reader.ValueIsEscaped) return null;
        try
        {
            return reader.GetString()!.Contains('\0', StringComparison.Ordinal) ? Nul : null;
        }
        catch (InvalidOperationException)
        {
            return NotText;
        }
    }

    internal const string Nul = "must not contain the NUL character.";
    private const string NotText = "is not valid Unicode.";

    private static string NameOf(ref Utf8JsonReader reader) => TextFault(ref reader) is null ? Shortened(reader.GetString()!) : "?";

    private static string Shortened(string name) => name.Length <= LongestName ? name : $"{name[..LongestName]}...";

    private void Add(string fault, string? member = null)
    {
        if (++count > MostFaults) return;
        var name = new StringBuilder();
        foreach (var step in member is null ? path : [.. path, member])
        {
            if (name.Length > 0 && step is not ['[', .., ']']) name.Append('.');
            name.Append(step);
        }

        var key = name.Length == 0 ? "body" : name.ToString();
        faults[key] = faults.TryGetValue(key, out var earlier) ? [.. earlier, fault] : [fault];
    }
}
