using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using StackExchange.Redis;
using Wolverine;

namespace Aarya.Infrastructure.Messaging.Streams.Entries;

/// <summary>One entry of a stream, as a reader without a group sees it.</summary>
/// <param name="Entry">Its id in the stream.</param>
/// <param name="EventId">The publisher's id, which identifies duplicates.</param>
/// <param name="Type">The event's name on the wire; empty when the entry is not one of ours.</param>
/// <param name="Fields">All that the publisher wrote, by name.</param>
public sealed record StreamRecord(string Entry, Guid EventId, string Type, IReadOnlyDictionary<string, string> Fields)
{
    /// <summary>When the entry was added, by the clock of Redis.</summary>
    public DateTimeOffset AddedAt => EntryFields.AddedAt(Entry);
}

/// <summary>What a trim did.</summary>
/// <param name="Deleted">How many entries it deleted.</param>
/// <param name="Length">How many are left.</param>
/// <param name="OldestAt">When the oldest of them was added; null when none is left.</param>
/// <param name="HeldBy">
/// The group that needs the oldest entry although it is too old or too many, such as <c>compactor</c>, or <c>outbox</c>; else empty.
/// </param>
public sealed record StreamTrimmed(int Deleted, long Length, DateTimeOffset? OldestAt, string HeldBy);

/// <summary>Reads a stream from its beginning and deletes what nobody needs, beside the groups that read it.</summary>
public sealed class StreamHistory(RedisConnections redis)
{
    /// <summary>
    /// About how many entries one trim deletes at most. Redis answers nothing else while the script runs, which takes some milliseconds.
    /// </summary>
    public const int DeletedAtOnce = 2_000;

    /// <summary>The most entries that <see cref="StatusAsync"/> counts as not read by a group, unless it is asked for more.</summary>
    public const int MostUnread = 1_000;

    /// <summary>The most that metrics count; more than the alert of a reader that is far behind needs.</summary>
    public const int MostLag = 11_000;

    private const string Compactor = "compactor";

    private static readonly string Trim = EmbeddedText.Of<StreamHistory>("trim-stream.lua");
    private static readonly string Status = EmbeddedText.Of<StreamHistory>("stream-status.lua");

    /// <summary>How many events were left out because the stream was full, since Redis was last empty.</summary>
    /// <param name="stream">The key of the stream, or of its part.</param>
    public static RedisKey LostKey(RedisKey stream) => $"{stream}:lost";

    /// <summary>The value of <see cref="LostKey"/>.</summary>
    public async Task<double> LostAsync(StreamPolicy policy) =>
        (double?)await redis.State.StringGetAsync(LostKey(policy.KeyIn(redis.Keys))) ?? 0;

    /// <summary>Adds an event without an outbox, for a command of the program, in which no message runtime runs.</summary>
    /// <param name="type">The event's name on the wire.</param>
    /// <param name="eventId">Identifies duplicates; it is the event's key, too.</param>
    /// <param name="body">The event as JSON.</param>
    /// <exception cref="StartupException">The keys in Redis have another number of buckets.</exception>
    public async Task AddAsync(string stream, string type, Guid eventId, byte[] body)
    {
        await BucketRecord.CheckAsync(redis);
        var fields = EntryFields.Write(new Envelope { Id = eventId, GroupId = $"{eventId:D}", Data = body }, type, trace: null);
        await redis.State.StreamAddAsync(redis.Keys.Stream(stream), fields);
    }

    /// <summary>The entries after this one, the oldest first.</summary>
    public async Task<IReadOnlyList<StreamRecord>> ReadAsync(StreamPolicy policy, string after, int count)
    {
        var page = await redis.State.StreamRangeAsync(policy.KeyIn(redis.Keys), $"({after}", "+", count);
        return [.. page.Select(x => Read(policy.PartName, x))];
    }

    /// <summary>
    /// Deletes the oldest entries that are older or more than the policy permits, but none that a group has not acknowledged, that the
    /// compactor has not archived or counted, or that an outbox may still have to find. Each call deletes a limited number.
    /// </summary>
    /// <param name="compacted">The last entry that the compactor has archived or counted; null when it does neither.</param>
    public async Task<StreamTrimmed> TrimAsync(StreamPolicy policy, string? compacted)
    {
        var result = (RedisResult[])(await redis.State.ScriptEvaluateAsync(Trim, [policy.KeyIn(redis.Keys)],
            [
                policy.Cap, (long)TimeSpan.FromHours(policy.Hours).TotalMilliseconds,
                policy.IsCounted ? 0 : (long)StreamPolicy.LeastAge.TotalMilliseconds, compacted ?? "", DeletedAtOnce, policy.Bytes / 2,
                .. policy.Readers.Select(x => (RedisValue)x),
            ]))!;
        return new((int)result[0], (long)result[1], AddedAtOrNull(result[2]), (string)result[3]!);
    }

    /// <summary>Makes the compactor's group in a stream that does not have it yet: nothing of the stream is archived.</summary>
    public async Task PrepareArchiveAsync(string stream) =>
        await new StreamGroup(redis.Keys.Stream(stream), Compactor, consumer: "", batch: 0).CreateAsync(redis.State);

    /// <summary>How full the stream is, and how far its groups have read it; all parts of a divided stream together.</summary>
    /// <param name="most">The most entries that count as not read by a group.</param>
    public async Task<StreamStatus> StatusAsync(StreamPolicy policy, int most = MostUnread)
    {
        var parts = await Task.WhenAll(policy.Divide(redis.Keys.BucketCount).Select(x => StatusOfPartAsync(x, most)));
        return parts.Length == 1 ? parts[0] : new(policy.Name, parts.Sum(x => x.Length), policy.Cap, policy.Hours, parts.Sum(x => x.Bytes),
            parts.Min(x => x.OldestAt),
            [
                .. parts.SelectMany(x => x.Groups).GroupBy(x => x.Name).Select(x =>
                    new GroupStatus(x.Key, x.Sum(y => y.Pending), Math.Min(x.Sum(y => y.Unread), most), x.Min(y => y.OldestAt))),
            ]);
    }

    private async Task<StreamStatus> StatusOfPartAsync(StreamPolicy policy, int most)
    {
        var result = (RedisResult[])(await redis.State.ScriptEvaluateAsync(Status, [policy.KeyIn(redis.Keys)], [most]))!;
        var groups = (RedisResult[])result[3]!;
        return new(policy.Name, (long)result[0], policy.Cap, policy.Hours, (long)result[1], AddedAtOrNull(result[2]),
            [.. groups.Select(x => new GroupStatus((string)x[0]!, (long)x[1], (int)x[2], AddedAtOrNull(x[3])))]);
    }

    private static DateTimeOffset? AddedAtOrNull(RedisResult entry) =>
        (string)entry! is { Length: > 0 } id ? EntryFields.AddedAt(id) : null;

    /// <summary>When the entry was added, by the clock of Redis.</summary>
    public static DateTimeOffset AddedAt(string entry) => EntryFields.AddedAt(entry);

    /// <summary>The record of an entry that is no longer in its stream.</summary>
    public static StreamRecord RecordOf(string stream, string entry, IReadOnlyDictionary<string, string> fields)
    {
        NameValueEntry[] pairs = [.. fields.Select(x => new NameValueEntry(x.Key, x.Value))];
        return new(entry, EntryFields.IdOf(stream, entry, pairs), EntryFields.TypeOf(pairs) ?? "", fields);
    }

    private static StreamRecord Read(string stream, StackExchange.Redis.StreamEntry entry)
    {
        var id = entry.Id.ToString();
        Dictionary<string, string> fields = new(StringComparer.Ordinal);
        foreach (var field in entry.Values) fields[field.Name.ToString()] = field.Value.ToString();
        return new(id, EntryFields.IdOf(stream, id, entry.Values), EntryFields.TypeOf(entry.Values) ?? "", fields);
    }
}
