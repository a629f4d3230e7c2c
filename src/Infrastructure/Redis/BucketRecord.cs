using Aarya.Infrastructure.Settings;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// Redis has the number of buckets that its keys were written with. It is part of the names of the keys: with another number, sessions and
/// carts would seem to be lost.
/// </summary>
public static class BucketRecord
{
    // The first process of a shop records it.
    private const string Record =
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SET', KEYS[1], ARGV[1]) end
        return redis.call('GET', KEYS[1])
        """;

    /// <summary>Records the number at the first start.</summary>
    /// <exception cref="StartupException">The keys have another number of buckets, or are being moved.</exception>
    public static async Task CheckAsync(RedisConnections connections)
    {
        var (state, wanted) = (connections.State, connections.Keys.BucketCount);
        // A shop that is older than this record has one bucket.
        var isOlder = wanted > 1 && !await state.KeyExistsAsync(RedisKeys.BucketsKey) && await HasKeysAsync(connections);
        var buckets = (int)await state.ScriptEvaluateAsync(Record, [RedisKeys.BucketsKey], [isOlder ? 1 : wanted]);
        if (buckets == RedisKeys.Moving)
            throw new StartupException("The keys in Redis are being moved to other buckets, or move-keys was interrupted: run it again.");
        if (buckets == wanted) return;
        throw new StartupException(
            $"The keys in Redis are in {buckets} bucket{(buckets == 1 ? "" : "s")}, and {RedisKeys.Buckets.Name} is {wanted}: set it to "
            + $"{buckets}, or move the keys (docs/operations.md, \"A Redis Cluster\").");
    }

    private static async Task<bool> HasKeysAsync(RedisConnections connections)
    {
        foreach (var node in RedisConnections.PrimariesOf(connections.StateConnection).Where(x => x.IsConnected))
        {
            await foreach (var key in node.KeysAsync(pattern: "*:{0}:*"))
                if (RedisKeys.IsOwn(key)) return true;
        }

        return false;
    }
}
