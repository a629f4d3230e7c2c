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

    private long restUntil;

    public async Task<byte[]?> FindAsync(string idOrSlug) =>
        await TryAsync(async x => (byte[]?)await x.HashGetAsync(Key(idOrSlug), "json"));

    public Task PutAsync(string idOrSlug, long stamp, byte[] json) =>
        TryAsync(x => x.ScriptEvaluateAsync(Change, [Key(idOrSlug)], [stamp, (long)Keep.TotalMilliseconds, json]));

    /// <summary>Drops what is older than these stamps, if Redis answers at once.</summary>
    /// <returns>False when old states may still be cached: they must be dropped later.</returns>
    public Task<bool> TryDropAsync(IReadOnlyList<ProductName> changed) => TryAsync(async _ =>
    {
        await DropAsync(changed);
        return true;
    });

    /// <summary>Drops what is older than these stamps; fails when Redis does not answer.</summary>
    public async Task DropAsync(IReadOnlyList<ProductName> changed) => await Task.WhenAll(changed.Select(x =>
        redis.Cache.ScriptEvaluateAsync(Change, [Key(x.IdOrSlug)], [x.Stamp, (long)Keep.TotalMilliseconds])));

    private static RedisKey Key(string idOrSlug) => RedisKeys.Cache("product", idOrSlug);

    private async Task<T?> TryAsync<T>(Func<IDatabase, Task<T>> use)
    {
        if (time.GetTimestamp() < Volatile.Read(ref restUntil)) return default;
        try
        {
            return await use(redis.Cache).WaitAsync(Patience, time);
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            Volatile.Write(ref restUntil, time.GetTimestamp() + (long)(Rest.TotalSeconds * time.TimestampFrequency));
            LogAway(log, e.Message);
            return default;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The product cache does not answer, so products come from the database: {Reason}")]
    private static partial void LogAway(ILogger logger, string reason);
}

/// <summary>A name under which a product may be cached: its id, its slug or a former one.</summary>
/// <param name="Stamp">The state that the database has now.</param>
public sealed record ProductName(string IdOrSlug, long Stamp);
