using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Privacy;

namespace Aarya.Features.Content.Compaction;

/// <summary>
/// The form of a batch of events in the archive: one JSON object per event and line, compressed, then sealed as a whole. A personal value
/// is an object with the one member <c>personal</c>, so that it can be found and removed later.
/// </summary>
internal static class ArchivedEvents
{
    private const string Entry = "entry";
    private const string Body = "body";
    private const string Personal = "personal";
    private const string Mark = "sealed:";

    private static readonly JsonSerializerOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>An event of a stream; its personal values are opened, because the whole batch is sealed.</summary>
    public static JsonObject Of(StreamRecord record, Sealer sealer)
    {
        var line = new JsonObject { [Entry] = record.Entry };
        foreach (var (name, value) in record.Fields) line[name] = name == Body ? BodyOf(value, sealer) : value;
        return line;
    }

    /// <summary>The order that the event is about; null when it is about none.</summary>
    public static Guid? OrderOf(JsonObject line) =>
        line[Body] is JsonObject body && body["orderId"] is JsonValue id && id.TryGetValue<string>(out var text)
            && Guid.TryParse(text, out var order)
            ? order
            : null;

    /// <summary>When the event's entry was added.</summary>
    public static DateTimeOffset AddedAt(JsonObject line) => StreamHistory.AddedAt((string)line[Entry]!);

    /// <summary>The event as it was in its stream; null when its personal values were removed.</summary>
    public static StreamRecord? RecordOf(JsonObject line, string stream, Sealer sealer)
    {
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (var (name, value) in line)
        {
            if (name == Entry || value is null) continue;
            if (name != Body || value is JsonValue) fields[name] = (string)value!;
            else if (Closed(value, sealer) is { } body) fields[name] = body;
            else return null;
        }

        return StreamHistory.RecordOf(stream, (string)line[Entry]!, fields);
    }

    private static string? Closed(JsonNode body, Sealer sealer)
    {
        var isWhole = true;
        var closed = Changed(body, x =>
        {
            if (x is not JsonObject { Count: 1 } value || !value.ContainsKey(Personal)) return null;
            isWhole &= value[Personal] is not null;
            return JsonValue.Create(value[Personal] is { } text ? sealer.Seal((string)text!) : "");
        });
        return isWhole ? closed!.ToJsonString(Plain) : null;
    }

    /// <summary>Removes the personal values of an event.</summary>
    public static void Forget(JsonObject line)
    {
        if (line[Body] is { } body) line[Body] = Without(body);
    }

    public static string Pack(IEnumerable<JsonObject> lines, Sealer sealer)
    {
        using var packed = new MemoryStream();
        using (var brotli = new BrotliStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var text = new StreamWriter(brotli))
        {
            foreach (var line in lines) text.Write(line.ToJsonString(Plain) + '\n');
        }

        return sealer.Seal(packed.GetBuffer().AsSpan(0, (int)packed.Length));
    }

    public static async Task<IReadOnlyList<JsonObject>> UnpackAsync(string body, Sealer sealer)
    {
        if (!sealer.TryOpen(body, out var packed)) throw new InvalidDataException("A batch of the archive is not sealed.");
        using var brotli = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var text = new StreamReader(brotli);
        List<JsonObject> lines = [];
        while (await text.ReadLineAsync() is { } line) lines.Add((JsonObject)JsonNode.Parse(line)!);
        return lines;
    }

    // Another program may have written something else than the JSON of an event: it is archived as a text.
    private static JsonNode? BodyOf(string body, Sealer sealer)
    {
        try
        {
            return Opened(JsonNode.Parse(body), sealer);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            return JsonValue.Create(body);
        }
    }

    private static JsonNode? Opened(JsonNode? node, Sealer sealer) => Changed(node, x =>
        x is JsonValue value && value.TryGetValue<string>(out var text) && text.StartsWith(Mark, StringComparison.Ordinal)
            ? new JsonObject { [Personal] = OpenedOrSame(text, sealer) }
            : null);

    // A value whose key is gone stays as it is: it must not keep the events after it from the archive.
    private static string OpenedOrSame(string text, Sealer sealer)
    {
        try
        {
            return sealer.Open(text);
        }
        catch (CryptographicException)
        {
            return text;
        }
    }

    private static JsonNode? Without(JsonNode node) => Changed(node, x =>
        x is JsonObject { Count: 1 } value && value.ContainsKey(Personal) ? new JsonObject { [Personal] = null } : null);

    private static JsonNode? Changed(JsonNode? node, Func<JsonNode, JsonNode?> change) => node switch
    {
        null => null,
        _ when change(node) is { } other => other,
        JsonObject members => new JsonObject(members.Select(x => KeyValuePair.Create(x.Key, Changed(x.Value, change)))),
        JsonArray items => new JsonArray([.. items.Select(x => Changed(x, change))]),
        _ => node.DeepClone(),
    };
}
