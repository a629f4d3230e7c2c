using System.Globalization;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Settings;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// Copies the keys of a stopped shop to other buckets, or to another Redis, streams with their readers; in the same Redis it then deletes
/// the old key. Caches and counters of rate limits come again by themselves.
/// </summary>
/// <param name="from">The Redis with the keys.</param>
/// <param name="to">Where they go; the same connection to give them other buckets in place.</param>
/// <param name="keys">The names that they get.</param>
/// <param name="divided">The streams that have a part in each bucket.</param>
public sealed partial class KeyMove(IConnectionMultiplexer from, IConnectionMultiplexer to, RedisKeys keys, IReadOnlySet<string> divided)
{
    private const int PageSize = 500;

    private bool IsInPlace => ReferenceEquals(from, to);

    /// <summary>
    /// Copies every key, unless that was done before. While it runs, and if it dies, no process of the shop starts with the keys that it
    /// writes: they are recorded as <see cref="RedisKeys.Moving"/>.
    /// </summary>
    /// <returns>How many keys were copied.</returns>
    /// <exception cref="StartupException">
    /// A node does not answer, a process of the shop is connected, or the keys were copied before: the shop may have changed them.
    /// </exception>
    public async Task<int> RunAsync()
    {
        foreach (var node in RedisConnections.PrimariesOf(from).Concat(RedisConnections.PrimariesOf(to))) await CheckAsync(node);
        var record = await to.GetDatabase().StringGetAsync(RedisKeys.BucketsKey);
        if (record == keys.BucketCount)
        {
            return IsInPlace ? 0 : throw new StartupException(
                "the keys were copied before, and the shop may have changed them since: they would be replaced by the old ones.");
        }

        await to.GetDatabase().StringSetAsync(RedisKeys.BucketsKey, RedisKeys.Moving);
        var copied = 0;
        foreach (var node in RedisConnections.PrimariesOf(from))
        {
            List<Task<bool>> copying = [];
            await foreach (var key in node.KeysAsync(pageSize: PageSize))
            {
                copying.Add(CopyAsync(key));
                if (copying.Count < PageSize) continue;
                copied += (await Task.WhenAll(copying)).Count(x => x);
                copying.Clear();
            }

            copied += (await Task.WhenAll(copying)).Count(x => x);
        }

        await to.GetDatabase().StringSetAsync(RedisKeys.BucketsKey, keys.BucketCount);
        return copied;
    }

    private static async Task CheckAsync(IServer node)
    {
        if (!node.IsConnected)
            throw new StartupException($"the Redis at {node.EndPoint} does not answer, or refuses the login: its keys would be lost.");
        var clients = (await node.ExecuteAsync("CLIENT", "LIST")).ToString();
        if (RedisConnections.NamesOfShop.Any(x => clients.Contains($"name={x} ", StringComparison.Ordinal)))
            throw new StartupException("a process of the shop is connected to Redis: stop the shop first.");
    }

    private async Task<bool> CopyAsync(RedisKey key)
    {
        if (Renamed($"{key}", keys, divided) is not { } renamed || (IsInPlace && renamed == key)) return false;
        var (source, target) = (from.GetDatabase(), to.GetDatabase());
        var (dump, left) = (source.KeyDumpAsync(key), source.KeyTimeToLiveAsync(key));
        // It has expired since it was listed.
        if (await dump is not { } content) return false;
        var lifetime = (long)Math.Ceiling((await left)?.TotalMilliseconds ?? 0);
        await target.ExecuteAsync("RESTORE", renamed, lifetime, content, "REPLACE");
        if (IsInPlace) await source.KeyDeleteAsync(key);
        return true;
    }

    /// <summary>The key with its new bucket; null for what is not copied.</summary>
    internal static RedisKey? Renamed(string key, RedisKeys keys, IReadOnlySet<string> divided)
    {
        if (Pattern().Match(key) is not { Success: true } match) return null;
        var (kind, rest) = (match.Groups["kind"].Value, match.Groups["rest"].Value);
        switch (kind)
        {
            case "stream" when divided.Contains(rest.Split(':')[0]):
                var bucket = int.Parse(match.Groups["bucket"].Value, CultureInfo.InvariantCulture);
                // All entries of the other buckets are counted: the shop was compacted when it was stopped.
                return bucket < keys.BucketCount ? RedisKeys.StreamPart(rest, bucket) : (RedisKey?)null;
            case "stream":
                return keys.Stream(rest);
            case "idem":
                // The marks of a removal or a merge do not name their shopper: no message may need them any longer.
                const string changes = ":changes";
                return rest.EndsWith(changes, StringComparison.Ordinal) ? keys.Of(kind, rest[..^changes.Length], rest) : (RedisKey?)null;
            default:
                // The owner is the last part of the key.
                return RedisKeys.IsOwn(key) ? keys.Of(kind, rest[(rest.LastIndexOf(':') + 1)..], rest) : (RedisKey?)null;
        }
    }

    // Not those of the cache instance.
    [GeneratedRegex("^(?!cache:|metrics:|rate:)(?<kind>[a-z]+):\\{(?<bucket>[0-9]+)\\}:(?<rest>.+)$")]
    private static partial Regex Pattern();
}
