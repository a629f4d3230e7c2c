using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;
using Npgsql;

namespace Aarya.Specs.Support.Hosts;

/// <summary>The shop in several processes, with a database, a Redis and a folder of sockets of their own.</summary>
public sealed class SplitShop : IAsyncDisposable
{
    private readonly Dictionary<string, RoleProcess> roles = [];
    private readonly IAsyncDisposable redis;
    private readonly Dictionary<string, string> settings;
    private readonly Dictionary<string, Uri> operators = [];

    private SplitShop(SpecDatabase database, IAsyncDisposable redis, string redisUrl)
    {
        Database = database;
        this.redis = redis;
        Sockets = Directory.CreateTempSubdirectory("aarya-shop-").FullName;
        var port = Ports.Free();
        Url = new($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
        settings = new()
        {
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = redisUrl,
            ["AARYA_SOCKET_DIR"] = Sockets,
            // A Debug build on a busy machine takes longer to start than a request waits by default.
            ["AARYA_DIAL_SECONDS"] = "25",
            ["AARYA_RATE_LIMIT"] = "0",
        };
    }

    public SpecDatabase Database { get; }

    /// <summary>The folder of the contexts' sockets.</summary>
    public string Sockets { get; }

    /// <summary>Where the gateway listens.</summary>
    public Uri Url { get; }

    public static async Task<SplitShop> StartAsync(params string[] roles)
    {
        var redis = await RedisServer.StartAsync();
        return await StartAsync(roles, redis, redis.Url);
    }

    /// <summary>The same with this Redis, which is not ended with the shop.</summary>
    public static Task<SplitShop> StartAsync(RedisServer redis, params string[] roles) => StartAsync(roles, new Borrowed(), redis.Url);

    /// <summary>The same with a Redis Cluster, which is ended with the shop, and with this number of buckets.</summary>
    public static Task<SplitShop> StartAsync(RedisCluster cluster, int buckets, params string[] roles) =>
        StartAsync(roles, cluster, cluster.Url, ("AARYA_REDIS_BUCKETS", buckets.ToString(CultureInfo.InvariantCulture)));

    private static async Task<SplitShop> StartAsync(
        string[] roles, IAsyncDisposable redis, string redisUrl, params (string Name, string Value)[] more)
    {
        var shop = new SplitShop(await SpecDatabase.MigratedAsync(), redis, redisUrl);
        foreach (var (name, value) in more) shop.settings[name] = value;
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
        var own = SettingsOf(role, more);
        var started = await RoleProcess.StartAsync(role, own);
        lock (roles)
        {
            roles[role] = started;
            operators[role] = new(own["AARYA_METRICS_URL"]);
        }

        return started;
    }

    public RoleProcess Role(string role) => roles[role];

    public Dictionary<string, string> SettingsOf(string role, params (string Name, string Value)[] more)
    {
        var all = new Dictionary<string, string>(settings);
        if (role == ActiveRoles.All || role.Split(',').Contains(ActiveRoles.Gateway)) all["AARYA_URLS"] = Url.ToString();
        // Two processes of the same role get different addresses, too.
        all["AARYA_METRICS_URL"] = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        foreach (var (name, value) in more) all[name] = value;
        return all;
    }

    /// <summary>Where the latest process of the role serves its operators.</summary>
    public Uri OperatorsOf(string role) => operators[role];

    /// <summary>The roles that have a process.</summary>
    public IEnumerable<string> Roles => roles.Keys;

    /// <summary>A client of a new account with these roles. A new shop has no staff: the account gets its roles in the database.</summary>
    public async Task<HttpClient> StaffAsync(params string[] staffRoles)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var (email, password) = ($"{Guid.NewGuid():N}@example.com", "a long way to Mumbai");
        var client = Client();
        using var registered = await client.PostAsJsonAsync("/api/auth/register", new { name = "Asha Rao", email, password }, cancellation);
        Assert.Equal(HttpStatusCode.Accepted, registered.StatusCode);
        Assert.Equal(1, await ExecuteAsync("""
            update core.mt_doc_user set data = jsonb_set(data, '{roles}', to_jsonb($1::text[]))
            where data -> 'roles' = '[]' or data -> 'roles' = '["customer"]'
            """, (object)staffRoles));
        using var signedIn = await client.PostAsJsonAsync("/api/auth/login", new { email, password }, cancellation);
        var token = (await signedIn.Content.ReadFromJsonAsync<JsonElement>(cancellation)).GetProperty("accessToken").GetString();
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    /// <summary>How many rows a table has; a condition may follow its name.</summary>
    public async Task<long> CountAsync(string table)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand($"select count(*) from {table}", connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Executes a statement as the owner of the database, and returns how many rows it changed.</summary>
    public async Task<int> ExecuteAsync(string sql, params object[] values)
    {
        await using var connection = await ConnectAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteNonQueryAsync();
    }

    /// <summary>Opens a connection as the owner of the database.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(Database.Url) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }

    /// <summary>Runs a command of the program, as an operator does while the shop runs, and returns its output with its errors.</summary>
    public async Task<(int ExitCode, string Output)> CommandAsync(string roles, params string[] arguments)
    {
        var ended = await ChildProgram.AaryaAsync(arguments, new Dictionary<string, string>(SettingsOf(roles))
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["AARYA_ROLES"] = roles,
        });
        return (ended.ExitCode, ended.Output + ended.Error);
    }

    /// <summary>Sends a request that must succeed, and returns the answer's body; undefined when it is empty.</summary>
    public static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>A client of a new guest whose cart has one piece of this SKU.</summary>
    public async Task<HttpClient> GuestWithAsync(string sku)
    {
        var guest = Client();
        var tokens = await SendAsync(guest, HttpMethod.Post, "/api/auth/guest");
        guest.DefaultRequestHeaders.Authorization = new("Bearer", tokens.GetProperty("accessToken").GetString());
        await SendAsync(guest, HttpMethod.Post, "/api/cart/items", new { sku, quantity = 1 });
        return guest;
    }

    /// <summary>Checks out the client's cart under this key, and returns the order.</summary>
    public static async Task<JsonElement> OrderAsync(HttpClient shopper, string paymentToken, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkout")
        {
            Content = JsonContent.Create(new
            {
                shippingAddress = SampleAddresses.Bengaluru,
                shippingMethod = "standard",
                paymentToken,
                email = "guest@example.com",
            }),
        };
        request.Headers.Add("Idempotency-Key", key);
        using var answer = await shopper.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, $"checkout: {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public HttpClient Client() => new() { BaseAddress = Url, Timeout = TimeSpan.FromSeconds(30) };

    public async ValueTask DisposeAsync()
    {
        foreach (var role in roles.Values) await role.DisposeAsync();
        await redis.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(Sockets, recursive: true);
    }
}

/// <summary>A server that its owner ends.</summary>
internal sealed class Borrowed : IAsyncDisposable
{
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>What staff do in a shop of several processes.</summary>
public static class StaffOfSplitShop
{
    /// <summary>Publishes a kurta of one SKU, and returns the id of the product.</summary>
    public static async Task<string> PublishKurtaAsync(this HttpClient staff, string sku, int stock = 3)
    {
        var created = await SplitShop.SendAsync(staff, HttpMethod.Post, "/api/admin/products", new
        {
            name = $"Handloom Kurta {sku}",
            description = "Handloom cotton, straight fit.",
            category = "Kurtas",
            variants = new[]
            {
                new
                {
                    sku,
                    options = new { size = "M", colour = "Indigo" },
                    price = new { amount = 129_900, currency = "INR" },
                    stock,
                },
            },
        });
        return created.GetProperty("id").GetString()!;
    }

    /// <summary>Refunds an order in full, once it is confirmed.</summary>
    public static async Task RefundAsync(this HttpClient support, string order)
    {
        await Eventually.HoldsAsync("the order is confirmed", async () =>
            await SplitShop.SendAsync(support, HttpMethod.Get, $"/api/admin/orders/{order}") is var now
            && now.GetProperty("status").GetString() == "confirmed");
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/api/admin/orders/{order}/refunds")
        {
            Content = JsonContent.Create(new { reason = "It arrived damaged." }),
        };
        request.Headers.Add("Idempotency-Key", $"refund-{order}");
        using var answer = await support.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
