using System.Net;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// Checks, before anything else starts, that both Redis instances answer, are new enough and give the program its rights, that their keys
/// have this program's names, and that in production the state instance evicts nothing.
/// </summary>
public sealed partial class RedisAtStart(
    RedisConnections connections, IHostEnvironment environment, ILogger<RedisAtStart> log) : StartStep
{
    private static readonly Version Oldest = new(7, 0);

    // The first process of a shop records it.
    private const string RecordBuckets =
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('SET', KEYS[1], ARGV[1]) end
        return redis.call('GET', KEYS[1])
        """;

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var nodes = await ProbeAsync("REDIS_URL", connections.StateUrl);
        if (environment.IsProduction() && nodes.FirstOrDefault(x => x.Eviction != "noeviction") is { } evicting)
        {
            throw new StartupException(
                $"The Redis at {evicting.Address} evicts keys ({evicting.Eviction}) and would lose carts and sessions: give REDIS_URL an "
                + $"instance with maxmemory-policy noeviction.");
        }

        if (connections.CacheUrl != connections.StateUrl) await ProbeAsync("REDIS_CACHE_URL", connections.CacheUrl);
        await connections.ConnectAsync();
        await CheckBucketsAsync();
        if (connections.Keys.Count == 1 && nodes.Any(x => x.IsOfCluster)) LogOneBucket(RedisKeys.Buckets.Name);
    }

    // On a separate connection: the shared ones reconnect endlessly, and cannot send INFO.
    private static async Task<IReadOnlyList<Instance>> ProbeAsync(string setting, string? url)
    {
        var options = RedisConnections.OptionsFor(url, "aarya-start", setting: setting);
        options.AbortOnConnectFail = true;
        options.ConnectTimeout = 10_000;
        options.AllowAdmin = true;
        var address = string.Join(',', options.EndPoints.Select(x => x is DnsEndPoint host ? $"{host.Host}:{host.Port}" : x.ToString()));
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            // Each node of a cluster has its own settings and logins.
            var nodes = connection.GetServers().Where(x => x.IsConnected && !x.IsReplica).ToList();
            return [.. await Task.WhenAll(nodes.Select(x => ProbeAsync(setting, x)))];
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            throw new StartupException(
                $"Redis does not answer at {address} ({Reason(e)}). Start it, correct {setting}, or run ./aarya up.");
        }
    }

    private static async Task<Instance> ProbeAsync(string setting, IServer node)
    {
        var address = node.EndPoint is IPEndPoint or DnsEndPoint ? EndPointCollection.ToString(node.EndPoint) : $"{node.EndPoint}";
        var info = (await node.ExecuteAsync("INFO")).ToString();
        var version = Field(info, "redis_version");
        if (!Version.TryParse(version, out var parsed) || parsed < Oldest)
            throw new StartupException($"The Redis at {address} is version {version}: {setting} needs {Oldest} or newer.");
        // Other servers with the protocol of Redis may lack the command that recovers a dead consumer's messages.
        if (((RedisResult[])(await node.ExecuteAsync("COMMAND", "INFO", "XAUTOCLAIM"))!)[0].IsNull)
            throw new StartupException($"The Redis at {address} does not support XAUTOCLAIM: {setting} needs {Oldest} or newer.");
        if (await RedisRights.MissingAsync(node) is { Count: > 0 } missing)
        {
            throw new StartupException($"The Redis at {address} gives the login of {setting} too few rights: it lacks "
                + $"{string.Join(' ', missing)} (docs/operations.md, \"The login to Redis\").");
        }

        return new(address, Field(info, "maxmemory_policy"), Field(info, "cluster_enabled") == "1");
    }

    /// <summary>
    /// The number of buckets is part of the names of the keys: with another number, sessions and carts would seem to be lost.
    /// </summary>
    private async Task CheckBucketsAsync()
    {
        var (state, wanted) = (connections.State, connections.Keys.Count);
        // A shop that is older than this record has one bucket.
        var isOlder = wanted > 1 && !await state.KeyExistsAsync(RedisKeys.BucketsKey) && await HasKeysAsync();
        var buckets = (int)await state.ScriptEvaluateAsync(RecordBuckets, [RedisKeys.BucketsKey], [isOlder ? 1 : wanted]);
        if (buckets == wanted) return;
        throw new StartupException(
            $"The keys in Redis are in {buckets} bucket{(buckets == 1 ? "" : "s")}, and {RedisKeys.Buckets.Name} is {wanted}: set it to "
            + $"{buckets}, or move the keys (docs/operations.md, \"A Redis Cluster\").");
    }

    private async Task<bool> HasKeysAsync()
    {
        foreach (var node in connections.StateConnection.GetServers().Where(x => x.IsConnected && !x.IsReplica))
        {
            await foreach (var key in node.KeysAsync(pattern: "*:{0}:*"))
                if (RedisKeys.IsOwn(key)) return true;
        }

        return false;
    }

    private static string Field(string info, string name)
    {
        var line = info.Split('\n').FirstOrDefault(x => x.StartsWith(name + ":", StringComparison.Ordinal));
        return line is null ? "unknown" : line[(name.Length + 1)..].Trim();
    }

    // The client's own messages contain its whole state: only a server's message, or a short text, is the reason.
    private static string Reason(Exception e) => e switch
    {
        RedisServerException refused => refused.Message.TrimEnd('.'),
        RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure } => "the password is wrong or missing",
        RedisConnectionException
        {
            InnerException: RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure },
        } => "the password is wrong or missing",
        RedisConnectionException => "no connection",
        _ => "it took too long",
    };

    [LoggerMessage(LogLevel.Warning,
        "Redis is a cluster, but all keys are on one node of it, because {Setting} is 1 (docs/operations.md, \"A Redis Cluster\").")]
    private partial void LogOneBucket(string setting);

    private sealed record Instance(string Address, string Eviction, bool IsOfCluster);
}
