using Aarya.Infrastructure.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// The two connections behind one set of namespaces, because Redis has one eviction policy per instance:
/// <c>session: cart: stream: lock: idem:</c> live on the state instance (<c>REDIS_URL</c>, noeviction),
/// <c>cache: metrics: rate:</c> on the cache instance (<c>REDIS_CACHE_URL</c>, allkeys-lru; default: the same server).
/// </summary>
public sealed class RedisConnections : IAsyncDisposable
{
    private readonly Lazy<Task<ConnectionMultiplexer>> state;
    private readonly Lazy<Task<ConnectionMultiplexer>> cache;

    public RedisConnections(IConfiguration configuration)
    {
        StateUrl = configuration.Find("REDIS_URL");
        CacheUrl = configuration.Find("REDIS_CACHE_URL") ?? StateUrl;
        state = new(() => ConnectionMultiplexer.ConnectAsync(OptionsFor(StateUrl, "aarya-state")));
        cache = new(() => CacheUrl == StateUrl ? state.Value : ConnectionMultiplexer.ConnectAsync(OptionsFor(CacheUrl, "aarya-cache", failFast: true)));
    }

    public string? StateUrl { get; }

    public string? CacheUrl { get; }

    /// <summary>Carts, sessions, streams, locks, keys of idempotency: never evicted.</summary>
    public IDatabase State => Connected(state).GetDatabase();

    /// <summary>What may vanish at any time: caches, counters of rate limits, metrics.</summary>
    public IDatabase Cache => Connected(cache).GetDatabase();

    public IConnectionMultiplexer StateConnection => Connected(state);

    public IConnectionMultiplexer CacheConnection => Connected(cache);

    private static ConnectionMultiplexer Connected(Lazy<Task<ConnectionMultiplexer>> connection) =>
        connection.Value is { IsCompletedSuccessfully: true } done ? done.Result : connection.Value.GetAwaiter().GetResult();

    /// <summary>Options that reconnect for ever, under a name that shows in CLIENT LIST.</summary>
    /// <exception cref="StartupException">REDIS_URL is missing or cannot be understood.</exception>
    public static ConfigurationOptions OptionsFor(string? url, string name, bool failFast = false)
    {
        if (url is null) throw new StartupException("REDIS_URL is not set: give the Redis to use, such as redis://127.0.0.1:6379, or run ./aarya up.");
        ConfigurationOptions options;
        try
        {
            options = Parse(url);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StartupException($"REDIS_URL cannot be understood (write redis://:password@host:6379): {e.Message}");
        }

        options.AbortOnConnectFail = false;
        options.ClientName = name;
        options.ConnectTimeout = 2000;
        options.AsyncTimeout = 3000;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        if (failFast) options.BacklogPolicy = BacklogPolicy.FailFast;
        return options;
    }

    private static ConfigurationOptions Parse(string url)
    {
        if (!url.Contains("://", StringComparison.Ordinal)) return ConfigurationOptions.Parse(url);
        var uri = new Uri(url);
        var options = new ConfigurationOptions { Ssl = uri.Scheme == "rediss" };
        if (uri.Scheme == "unix")
        {
            options.EndPoints.Add(new System.Net.Sockets.UnixDomainSocketEndPoint(uri.AbsolutePath));
            return options;
        }

        options.EndPoints.Add(uri.Host, uri.Port > 0 ? uri.Port : 6379);
        var user = uri.UserInfo.Split(':', 2);
        if (user[0].Length > 0) options.User = Uri.UnescapeDataString(user[0]);
        if (user.Length > 1) options.Password = Uri.UnescapeDataString(user[1]);
        return options;
    }

    public async ValueTask DisposeAsync()
    {
        if (state.IsValueCreated) await (await state.Value).DisposeAsync();
        if (cache.IsValueCreated && CacheUrl != StateUrl) await (await cache.Value).DisposeAsync();
    }
}

public static class RedisSetup
{
    public static void AddRedis(this WebApplicationBuilder builder)
    {
        var connections = new RedisConnections(builder.Configuration);
        builder.Services.AddSingleton(connections);
    }
}
