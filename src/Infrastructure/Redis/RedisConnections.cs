using Aarya.Infrastructure.Settings;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// The two connections behind one set of namespaces, because Redis has one eviction policy per instance:
/// <c>session: cart: stream: idem:</c> are on the state instance (<c>REDIS_URL</c>, noeviction),
/// <c>cache: metrics: rate:</c> on the cache instance (<c>REDIS_CACHE_URL</c>, allkeys-lru; default: the same server).
/// </summary>
public sealed class RedisConnections : IAsyncDisposable
{
    /// <summary>The names of the connections to the state instance that the shop's processes have, and no command has.</summary>
    public static readonly string[] NamesOfShop = [NameOfState, NameOfStreams, NameOfHub];

    internal const string NameOfStreams = "aarya-streams";
    internal const string NameOfHub = "aarya-hub";
    private const string NameOfState = "aarya-state";

    private readonly Lazy<Task<ConnectionMultiplexer>> state;
    private readonly Lazy<Task<ConnectionMultiplexer>> cache;

    public RedisConnections(IConfiguration configuration)
    {
        StateUrl = configuration.Find("REDIS_URL");
        CacheUrl = configuration.Find("REDIS_CACHE_URL") ?? StateUrl;
        Keys = new(RedisKeys.Buckets.Read(configuration));
        state = new(() => ConnectionMultiplexer.ConnectAsync(OptionsFor(StateUrl, NameOfState)));
        cache =
            new(() => CacheUrl == StateUrl
                ? state.Value
                : ConnectionMultiplexer.ConnectAsync(OptionsFor(CacheUrl, "aarya-cache", failFast: true, setting: "REDIS_CACHE_URL")));
    }

    public string? StateUrl { get; }

    /// <summary>The names of the keys, in both instances.</summary>
    public RedisKeys Keys { get; }

    public string? CacheUrl { get; }

    /// <summary>Carts, sessions, streams, keys of idempotency: never evicted.</summary>
    public RedisDatabase State => new(Connected(state).GetDatabase());

    /// <summary>Data that may be evicted at any time: caches, counters of rate limits, metrics.</summary>
    public RedisDatabase Cache => new(Connected(cache).GetDatabase());

    public IConnectionMultiplexer StateConnection => Connected(state);

    /// <summary>
    /// Makes both connections, which reconnect by themselves later. A request that uses a connection before it is made blocks a thread
    /// until then: when sixty requests reached a process that had just started, they blocked every thread, and none was left to connect.
    /// </summary>
    public Task ConnectAsync() => Task.WhenAll(state.Value, cache.Value);

#pragma warning disable VSTHRD002 // Blocks only before ConnectAsync has ended: commands and specs, not requests.
    private static ConnectionMultiplexer Connected(Lazy<Task<ConnectionMultiplexer>> connection) =>
        connection.Value is { IsCompletedSuccessfully: true } done ? done.Result : connection.Value.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002

    /// <summary>The server, or the nodes of a cluster that have keys, also those that do not answer.</summary>
    public static IEnumerable<IServer> PrimariesOf(IConnectionMultiplexer connection) => connection.GetServers().Where(x => !x.IsReplica);

    /// <summary>Asks the server of every bucket of the state instance for a key. Throws if one does not answer.</summary>
    public Task PingStateAsync() => PingAsync(State, "idem");

    /// <summary>The same for the cache instance.</summary>
    public Task PingCacheAsync() => PingAsync(Cache, "rate");

    // Not every known node: after a failover the dead one has no bucket.
    private async Task PingAsync(RedisDatabase redis, string kind) =>
        await Task.WhenAll(Enumerable.Range(0, Keys.BucketCount).Select(x => redis.KeyExistsAsync(RedisKeys.Key(kind, x, "ping"))));

    /// <summary>Options that reconnect endlessly, with a name for CLIENT LIST.</summary>
    /// <param name="url">A URL, or the client's own <c>host:port,option=value</c> form.</param>
    /// <param name="name">The name that CLIENT LIST shows.</param>
    /// <param name="failFast">Fail at once while there is no connection, instead of waiting for one.</param>
    /// <param name="setting">The setting that the URL comes from, for error messages.</param>
    /// <exception cref="StartupException">The setting is missing or cannot be understood.</exception>
    public static ConfigurationOptions OptionsFor(string? url, string name, bool failFast = false, string setting = "REDIS_URL")
    {
        if (url is null)
            throw new StartupException("REDIS_URL is not set: give the Redis to use, such as redis://127.0.0.1:6379, or run ./aarya up.");
        ConfigurationOptions options;
        try
        {
            options = Parse(url);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new StartupException($"{setting} cannot be understood (write redis://:password@host:6379): {e.Message}");
        }

        options.AbortOnConnectFail = false;
        options.ClientName = name;
        // Long enough for a process that gets little CPU: with a shorter timeout it would start again and again.
        options.ConnectTimeout = 5000;
        options.AsyncTimeout = 3000;
        options.ReconnectRetryPolicy = new LinearRetry(500);
        // The detail is the key, which may have what a client sent or the id of a person, and exceptions are logged.
        options.IncludeDetailInExceptions = false;
        // The client does not need these, and the login has no right to them (RedisRights).
        options.TieBreaker = "";
        options.ConfigurationChannel = "";
        options.SetClientLibrary = false;
        options.CommandMap = CommandMap.Create(["CONFIG"], available: false);
        if (failFast) options.BacklogPolicy = BacklogPolicy.FailFast;
        return options;
    }

    private static ConfigurationOptions Parse(string url)
    {
        if (!url.Contains("://", StringComparison.Ordinal))
            return url.All(x => x is ':') ? throw new FormatException("it names no host.") : ConfigurationOptions.Parse(url);
        var uri = new Uri(url);
        if (uri.Scheme is not ("redis" or "rediss" or "unix")) throw new FormatException($"it begins with {uri.Scheme}://.");
        var options = new ConfigurationOptions { Ssl = uri.Scheme == "rediss" };
        if (uri.Scheme == "unix")
        {
            options.EndPoints.Add(new System.Net.Sockets.UnixDomainSocketEndPoint(uri.AbsolutePath));
            return options;
        }

        if (uri.AbsolutePath is not ("" or "/" or "/0"))
            throw new FormatException($"it names a database, {uri.AbsolutePath}, and only 0 is used.");
        if (uri.Port == 0) throw new FormatException("its port is 0.");
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
