using System.Net;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// Checks, before anything else starts, that both Redis instances answer, are new enough and give the program its rights; that the state
/// instance has its keys in as many buckets as <c>AARYA_REDIS_BUCKETS</c> says, and in production evicts nothing.
/// </summary>
public sealed partial class RedisAtStart(
    RedisConnections connections, IHostEnvironment environment, ILogger<RedisAtStart> log) : StartStep
{
    private static readonly Version Oldest = new(7, 0);

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
        await BucketRecord.CheckAsync(connections);
        try
        {
            await connections.PingStateAsync();
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            throw new StartupException($"A node of the Redis Cluster does not answer, or refuses the login ({Reason(e)}).");
        }

        if (connections.Keys.BucketCount == 1 && nodes.Any(x => x.IsOfCluster)) LogOneBucket(RedisKeys.Buckets.Name);
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
            var nodes = RedisConnections.PrimariesOf(connection).Where(x => x.IsConnected).ToList();
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
