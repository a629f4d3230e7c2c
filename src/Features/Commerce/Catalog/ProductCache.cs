using System.Collections.Concurrent;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>
/// Products as JSON in <c>cache:product:{idOrSlug}</c>, shared by all nodes. A dropped entry leaves its stamp, so that a slow reader cannot
/// put an older state back. If Redis fails, a reader gets its answer from the database.
/// </summary>
public sealed partial class ProductCache(RedisConnections redis, TimeProvider time, ILogger<ProductCache> log)
{
    private static readonly TimeSpan Keep = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    // KEYS: one product under one name. ARGV: stamp, milliseconds to keep, JSON or nothing to drop it.
    private const string Change =
        """
        local known = redis.call('HGET', KEYS[1], 'stamp')
        if known and tonumber(known) > tonumber(ARGV[1]) then return 0 end
        redis.call('DEL', KEYS[1])
        redis.call('HSET', KEYS[1], 'stamp', ARGV[1])
        if ARGV[3] then redis.call('HSET', KEYS[1], 'json', ARGV[3]) end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return 1
        """;

    // By name; Redis still has an older state, or may have it.
    private readonly ConcurrentDictionary<string, Missed> missed = new(StringComparer.Ordinal);
    private readonly OutageLine outage = new();
    private long restUntil;

    public async Task<byte[]?> FindAsync(string idOrSlug) => missed.ContainsKey(idOrSlug)
        ? null
        : await TryAsync(async x => (byte[]?)await x.HashGetAsync(Key(idOrSlug), "json"));

    /// <returns>False when a newer state is known, so that this one is outdated.</returns>
    public async Task<bool> PutAsync(string idOrSlug, long stamp, byte[] json)
    {
        RedisValue[] values = [stamp, (long)Keep.TotalMilliseconds, json];
        return await TryAsync(async x => (int?)await x.ScriptEvaluateAsync(Change, [Key(idOrSlug)], values)) != 0;
    }

    /// <summary>
    /// Drops what is older than these stamps. What Redis does not drop at once, this process does not read from Redis either, and
    /// <see cref="DropMissedAsync"/> drops it later.
    /// </summary>
    public async Task DropAsync(IReadOnlyList<ProductName> changed)
    {
        if (changed.Count == 0 || await TryDropAsync(changed)) return;
        var until = time.GetTimestamp() + (long)(Keep.TotalSeconds * time.TimestampFrequency);
        foreach (var name in changed)
            missed.AddOrUpdate(name.IdOrSlug, new Missed(name.Stamp, until), (_, x) => new(Math.Max(x.Stamp, name.Stamp), until));
    }

    /// <summary>Drops what was missed, if Redis answers now.</summary>
    public async Task DropMissedAsync()
    {
        if (missed.IsEmpty) return;
        var now = time.GetTimestamp();
        // By then the cached entries have expired.
        foreach (var expired in missed.Where(x => x.Value.Until <= now)) missed.TryRemove(expired);
        var left = missed.ToList();
        if (left.Count == 0 || !await TryDropAsync([.. left.Select(x => new ProductName(x.Key, x.Value.Stamp))])) return;
        foreach (var dropped in left) missed.TryRemove(dropped);
    }

    private Task<bool> TryDropAsync(IReadOnlyList<ProductName> changed) => TryAsync(async x =>
    {
        await Task.WhenAll(changed.Select(y => x.ScriptEvaluateAsync(Change, [Key(y.IdOrSlug)], [y.Stamp, (long)Keep.TotalMilliseconds])));
        return true;
    });

    private static RedisKey Key(string idOrSlug) => RedisKeys.Cache("product", idOrSlug);

    private async Task<T?> TryAsync<T>(Func<RedisDatabase, Task<T>> use)
    {
        if (time.GetTimestamp() < Volatile.Read(ref restUntil)) return default;
        try
        {
            return await use(redis.Cache).WaitAsync(Patience, time);
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            Volatile.Write(ref restUntil, time.GetTimestamp() + (long)(Rest.TotalSeconds * time.TimestampFrequency));
            if (outage.IsDue()) LogAway(log, e.Message);
            return default;
        }
    }

    /// <param name="Stamp">The state that the database has at least.</param>
    /// <param name="Until">The clock's timestamp from which no older entry exists.</param>
    private sealed record Missed(long Stamp, long Until);

    [LoggerMessage(LogLevel.Warning, "The product cache does not answer, so products come from the database: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}

/// <summary>A name under which a product may be cached.</summary>
/// <param name="IdOrSlug">Its id, its slug or a former slug.</param>
/// <param name="Stamp">The state that the database has now; it only grows.</param>
public sealed record ProductName(string IdOrSlug, long Stamp);
