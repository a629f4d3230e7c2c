using System.Globalization;
using Aarya.Infrastructure.Ids;
using StackExchange.Redis;
using Wolverine;

namespace Aarya.Infrastructure.Messaging.Streams.Entries;

/// <summary>The fields of one entry of a stream: what readers need of an envelope, under names that are readable in redis-cli.</summary>
internal static class EntryFields
{
    private const string Id = "id";
    private const string Type = "type";
    private const string At = "at";
    private const string Key = "key";
    private const string Trace = "trace";
    private const string Body = "body";

    // An entry that another program wrote may have any id.
    private static readonly ulong Latest = (ulong)new DateTimeOffset(2200, 1, 1, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();

    /// <param name="type">The event's name on the wire.</param>
    /// <param name="trace">Where its readers continue the trace: a <c>traceparent</c>, or null.</param>
    public static NameValueEntry[] Write(Envelope envelope, string type, string? trace)
    {
        List<NameValueEntry> fields =
        [
            new(Id, envelope.Id.ToString()),
            new(Type, type),
            new(At, envelope.SentAt.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        ];
        Add(Key, envelope.GroupId);
        Add(Trace, trace);
        fields.Add(new(Body, envelope.Data));
        return [.. fields];

        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) fields.Add(new(name, value));
        }
    }

    /// <summary>The name on the wire; null when the entry is not one of ours.</summary>
    public static string? TypeOf(NameValueEntry[] fields) => Find(fields, Type);

    public static Envelope Read(NameValueEntry[] fields, string messageType)
    {
        var envelope = new Envelope
        {
            MessageType = messageType,
            ContentType = "application/json",
            Data = fields.FirstOrDefault(x => x.Name == Body).Value,
            GroupId = Find(fields, Key),
            ParentId = TraceOf(fields),
        };
        if (DateTimeOffset.TryParse(Find(fields, At), CultureInfo.InvariantCulture, out var at)) envelope.SentAt = at;
        return envelope;
    }

    /// <summary>The publisher's id of the event; an entry of a script has none, and its place in the stream identifies it.</summary>
    public static Guid IdOf(string stream, string entry, NameValueEntry[] fields) => Guid.TryParse(Find(fields, Id), out var id)
        ? id
        : NamedUuid.Of($"{stream} {entry}");

    /// <summary>When the entry was added, by the clock of Redis.</summary>
    public static DateTimeOffset AddedAt(string entry)
    {
        var milliseconds = ulong.Parse(entry.AsSpan(0, entry.IndexOf('-', StringComparison.Ordinal)), CultureInfo.InvariantCulture);
        return DateTimeOffset.FromUnixTimeMilliseconds((long)Math.Min(milliseconds, Latest));
    }

    /// <summary>The key of the event; events with the same key are handled in order.</summary>
    public static string? KeyOf(NameValueEntry[] fields) => Find(fields, Key);

    /// <summary>Where the publisher's trace goes on.</summary>
    public static string? TraceOf(NameValueEntry[] fields) => Find(fields, Trace);

    private static string? Find(NameValueEntry[] fields, string name) => fields.FirstOrDefault(x => x.Name == name).Value;
}
