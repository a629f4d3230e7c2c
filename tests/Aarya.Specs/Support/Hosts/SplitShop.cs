using System.Globalization;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Support.Hosts;

/// <summary>The shop in several processes, with a database, a Redis and a folder of sockets of their own.</summary>
public sealed class SplitShop : IAsyncDisposable
{
    private readonly Dictionary<string, RoleProcess> roles = [];
    private readonly SpecDatabase database;
    private readonly RedisServer redis;
    private readonly Dictionary<string, string> settings;

    private SplitShop(SpecDatabase database, RedisServer redis)
    {
        this.database = database;
        this.redis = redis;
        Sockets = Directory.CreateTempSubdirectory("aarya-shop-").FullName;
        var port = Ports.Free();
        Url = new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
        settings = new()
        {
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = redis.Url,
            ["AARYA_SOCKET_DIR"] = Sockets,
            // A Debug build on a busy machine takes longer to start than a request waits by default.
            ["AARYA_DIAL_SECONDS"] = "25",
            ["AARYA_RATE_LIMIT"] = "0",
        };
    }

    /// <summary>The folder of the contexts' sockets.</summary>
    public string Sockets { get; }

    /// <summary>Where the gateway listens.</summary>
    public Uri Url { get; }

    public static async Task<SplitShop> StartAsync(params string[] roles)
    {
        var shop = new SplitShop(await SpecDatabase.MigratedAsync(), await RedisServer.StartAsync());
        try
        {
            await Task.WhenAll(roles.Select(x => shop.StartRoleAsync(x)));
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a process of the role; the last one started is the one that <see cref="Role"/> finds.</summary>
    public async Task<RoleProcess> StartRoleAsync(string role, params (string Name, string Value)[] more)
    {
        var started = await RoleProcess.StartAsync(role, SettingsOf(role, more));
        lock (roles) roles[role] = started;
        return started;
    }

    public RoleProcess Role(string role) => roles[role];

    public Dictionary<string, string> SettingsOf(string role, params (string Name, string Value)[] more)
    {
        var all = new Dictionary<string, string>(settings);
        if (role.Split(',').Contains(ActiveRoles.Gateway)) all["AARYA_URLS"] = Url.ToString();
        foreach (var (name, value) in more) all[name] = value;
        return all;
    }

    public HttpClient Client() => new() { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(30) };

    public async ValueTask DisposeAsync()
    {
        foreach (var role in roles.Values) await role.DisposeAsync();
        await redis.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(Sockets, recursive: true);
    }
}
