using System.Net;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Hosting;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// Checks, before anything else starts, that both Redis instances answer, are new enough and give the program its rights, and that in
/// production the state instance evicts nothing.
/// </summary>
public sealed class RedisAtStart(RedisConnections connections, IHostEnvironment environment) : StartStep
{
    private static readonly Version Oldest = new(7, 0);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        var state = await ProbeAsync("REDIS_URL", connections.StateUrl);
        if (environment.IsProduction() && state.Eviction != "noeviction")
        {
            throw new StartupException(
                $"The Redis at {state.Address} evicts keys ({state.Eviction}) and would lose carts and sessions: give REDIS_URL an "
                + $"instance with maxmemory-policy noeviction.");
        }

        if (connections.CacheUrl != connections.StateUrl) await ProbeAsync("REDIS_CACHE_URL", connections.CacheUrl);
        await connections.ConnectAsync();
    }

    // On a separate connection: the shared ones reconnect endlessly, and cannot send INFO.
    private static async Task<Instance> ProbeAsync(string setting, string? url)
    {
        var options = RedisConnections.OptionsFor(url, "aarya-start", setting: setting);
        options.AbortOnConnectFail = true;
        options.ConnectTimeout = 10_000;
        options.AllowAdmin = true;
        var address = string.Join(',', options.EndPoints.Select(x => x is DnsEndPoint host ? $"{host.Host}:{host.Port}" : x.ToString()));
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            var redis = connection.GetDatabase();
            var info = (await redis.ExecuteAsync("INFO")).ToString();
            var version = Field(info, "redis_version");
            if (!Version.TryParse(version, out var parsed) || parsed < Oldest)
                throw new StartupException($"The Redis at {address} is version {version}: {setting} needs {Oldest} or newer.");
            // Other servers with the protocol of Redis may lack the command that recovers a dead consumer's messages.
            if (((RedisResult[])(await redis.ExecuteAsync("COMMAND", "INFO", "XAUTOCLAIM"))!)[0].IsNull)
                throw new StartupException($"The Redis at {address} does not support XAUTOCLAIM: {setting} needs {Oldest} or newer.");
            if (await RedisRights.MissingAsync(redis) is { Count: > 0 } missing)
            {
                throw new StartupException($"The Redis at {address} gives the login of {setting} too few rights: it lacks "
                    + $"{string.Join(' ', missing)} (docs/operations.md, \"The login to Redis\").");
            }

            return new(address, Field(info, "maxmemory_policy"));
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            throw new StartupException(
                $"Redis does not answer at {address} ({Reason(e)}). Start it, correct {setting}, or run ./aarya up.");
        }
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

    private sealed record Instance(string Address, string Eviction);
}
