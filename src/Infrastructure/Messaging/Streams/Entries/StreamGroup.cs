using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Messaging.Streams.Entries;

/// <summary>The commands of one consumer in one group of one stream.</summary>
internal sealed class StreamGroup(RedisKey key, string group, string consumer, int batch)
{
    private static readonly string Keep = EmbeddedText.Of<StreamGroup>("keep-entries.lua");

    public async Task CreateAsync(RedisDatabase redis)
    {
        try
        {
            await redis.StreamCreateConsumerGroupAsync(key, group, "0-0", createStream: true);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("BUSYGROUP", StringComparison.Ordinal))
        {
        }
    }

    /// <summary>Waits for entries that were not delivered to any consumer of the group yet.</summary>
    public async Task<IReadOnlyList<(string Entry, NameValueEntry[] Fields)>> ReadNewAsync(RedisDatabase redis, TimeSpan block)
    {
        var reply =
            await redis.ExecuteAsync("XREADGROUP", "GROUP", group, consumer, "COUNT", batch, "BLOCK",
                (int)block.TotalMilliseconds, "STREAMS", key, ">");
        if (reply.IsNull) return [];
        // RESP3 answers a map, which arrives as [key, entries]; RESP2 an array of [key, entries].
        var top = (RedisResult[])reply!;
        var entries = (RedisResult[])(reply.Resp3Type == ResultType.Map ? top[1] : top[0][1])!;
        return [.. entries.Select(x => ((string)x[0]!, Pairs((RedisValue[])x[1]!)))];
    }

    /// <summary>
    /// The entries that were delivered to this consumer and not acknowledged, with the number of attempts. This call does not count as one.
    /// </summary>
    public async Task<IReadOnlyList<StreamPendingMessageInfo>> PendingAsync(RedisDatabase redis, string after) =>
        await redis.StreamPendingMessagesAsync(key, group, batch, consumer, after.Length == 0 ? "-" : $"({after}", "+");

    /// <summary>The entry's fields; null when the stream no longer has it.</summary>
    public async Task<NameValueEntry[]?> FindAsync(RedisDatabase redis, string entry) =>
        await redis.StreamRangeAsync(key, entry, entry) is [var found] ? found.Values : null;

    /// <summary>Counts one more attempt. False when the entry has been acknowledged or deleted.</summary>
    public async Task<bool> CountAttemptAsync(RedisDatabase redis, string entry) =>
        (await redis.StreamClaimAsync(key, group, consumer, 0, [entry])).Any(x => !x.IsNull);

    /// <summary>Sets the entry's delivery count back to 0.</summary>
    public async Task ForgetAttemptsAsync(RedisDatabase redis, string entry)
    {
        try
        {
            await redis.ExecuteAsync("XCLAIM", key, group, consumer, 0, entry, "RETRYCOUNT", 0, "JUSTID");
        }
        catch (RedisServerException e) when (e.Message.StartsWith("NOGROUP", StringComparison.Ordinal))
        {
            // Redis has lost the group, and its counts with it.
        }
    }

    /// <summary>Shows that this consumer still works on these entries, so that no other one takes them over.</summary>
    /// <returns>Those that it still holds: it may have stood still for so long that another consumer has taken the rest.</returns>
    public async Task<IReadOnlySet<string>> KeepAsync(RedisDatabase redis, IReadOnlyCollection<string> entries)
    {
        try
        {
            var kept = await redis.ScriptEvaluateAsync(Keep, [key], [group, consumer, .. entries.Select(x => (RedisValue)x)]);
            return ((string[])kept!).ToHashSet(StringComparer.Ordinal);
        }
        catch (RedisServerException e) when (e.Message.Contains("NOGROUP", StringComparison.Ordinal))
        {
            // Redis has lost the group, and with it who holds what.
            return entries.ToHashSet(StringComparer.Ordinal);
        }
    }

    /// <summary>Takes over the entries that were pending for that long; they then belong to this consumer.</summary>
    public async Task<int> ClaimAsync(RedisDatabase redis, TimeSpan idle)
    {
        var claimed = 0;
        RedisValue cursor = "0-0";
        do
        {
            var page = await redis.StreamAutoClaimIdsOnlyAsync(key, group, consumer, (long)idle.TotalMilliseconds, cursor, batch);
            claimed += page.ClaimedIds.Length;
            cursor = page.NextStartId;
        } while (cursor != "0-0");

        return claimed;
    }

    /// <summary>
    /// Deletes consumers that have read nothing for a day and have no pending entries: in containers every deployment brings
    /// new names. A consumer with pending entries stays until they are claimed.
    /// </summary>
    public Task ForgetConsumersAsync(RedisDatabase redis) => redis.ScriptEvaluateAsync("""
        for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
          local consumer = {}
          for i = 1, #flat, 2 do consumer[flat[i]] = flat[i + 1] end
          if consumer.pending == 0 and consumer.idle > tonumber(ARGV[2]) then
            redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], consumer.name)
          end
        end
        """, [key], [group, (long)TimeSpan.FromDays(1).TotalMilliseconds]);

    /// <summary>The time of the server with the stream, whose clock also gives entries their ids.</summary>
    public Task<DateTimeOffset> NowAsync(RedisDatabase redis) => NowAsync(redis, key);

    /// <inheritdoc cref="NowAsync(RedisDatabase)"/>
    public static async Task<DateTimeOffset> NowAsync(RedisDatabase redis, RedisKey key) =>
        DateTimeOffset.FromUnixTimeSeconds((long)await redis.ScriptEvaluateAsync("return tonumber(redis.call('TIME')[1])", [key]));

    public Task AcknowledgeAsync(RedisDatabase redis, string entry) => redis.StreamAcknowledgeAsync(key, group, entry);

    private static NameValueEntry[] Pairs(RedisValue[] flat)
    {
        var pairs = new NameValueEntry[flat.Length / 2];
        for (var i = 0; i < pairs.Length; i++) pairs[i] = new(flat[2 * i], flat[2 * i + 1]);
        return pairs;
    }
}
