using System.Diagnostics;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Specs.Messaging;

/// <summary>
/// Processes of a program with three small contexts (tests/Aarya.Specs.Streams), a database and a Redis. Placed orders are
/// charged by <c>payment</c>, printed by <c>content</c> and confirmed by <c>commerce</c>, all over streams.
/// </summary>
public sealed class StreamsRig : IAsyncLifetime
{
    public const string All = "commerce,payment,content";
    public const string Shop = "commerce,content";
    public const string Orders = "stream:{0}:order_events";

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-streams-").FullName;
    private readonly Dictionary<string, RoleProcess> processes = [];
    private SpecDatabase database = null!;
    private NpgsqlDataSource source = null!;
    private ConnectionMultiplexer connection = null!;

    public RedisServer Server { get; private set; } = null!;

    /// <summary>Further settings of the nodes that are started from now on.</summary>
    public Dictionary<string, string> Further { get; } = [];

    public IDatabase Redis => connection.GetDatabase();

    private string FateFile => Path.Combine(folder, "fate");

    internal static string Program
    {
        get
        {
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.GetFullPath(Path.Combine(output.FullName, "../../../../Aarya.Specs.Streams/bin", output.Parent!.Name, output.Name,
                "Aarya.Specs.Streams.dll"));
        }
    }

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.EmptyAsync();
        source = NpgsqlDataSource.Create(database.Url);
        Server = await RedisServer.StartAsync();
        var options = ConfigurationOptions.Parse($"127.0.0.1:{Server.Port}");
        options.AbortOnConnectFail = false;
        options.ReconnectRetryPolicy = new LinearRetry(200);
        connection = await ConnectionMultiplexer.ConnectAsync(options);
    }

    /// <summary>Starts and stops nodes so that exactly these run.</summary>
    public async Task<RoleProcess[]> RunAsync(params (string Node, string Roles)[] wanted)
    {
        foreach (var (node, process) in processes.ToList())
        {
            if (process.IsRunning && wanted.Contains((node, process.Roles))) continue;
            if (process.IsRunning) await process.StopAsync();
            await process.DisposeAsync();
            processes.Remove(node);
        }

        // One after another, because they create the schema.
        foreach (var (node, roles) in wanted.Where(x => !processes.ContainsKey(x.Node)))
        {
            processes[node] = await RoleProcess.StartAsync(roles, new Dictionary<string, string>(Further)
            {
                ["DATABASE_URL"] = database.Url,
                ["REDIS_URL"] = Server.Url,
                ["AARYA_SOLO"] = Further.GetValueOrDefault("AARYA_SOLO", "false"),
                ["AARYA_NODE"] = node,
                ["AARYA_SOCKET_DIR"] =
                    Directory.CreateDirectory(Path.Combine(folder, node),
                        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute).FullName,
                ["FATE_FILE"] = FateFile,
            }, Program);
        }

        return [.. wanted.Select(x => processes[x.Node])];
    }

    /// <summary>One process with commerce and content, and one with payment.</summary>
    public async Task<(RoleProcess Shop, RoleProcess Payment)> RunSplitAsync() =>
        await RunAsync(("a", Shop), ("b", "payment")) is [var shop, var payment] ? (shop, payment) : default;

    /// <summary>Places orders and, when each is answered, returns the ids of the accepted ones.</summary>
    public static async Task<IReadOnlyList<Guid>> PlaceAsync(RoleProcess shop, int count, string note = "")
    {
        var before = Placed(shop).Count;
        var done = shop.HearAsync("all placed");
        await shop.TellAsync($"{count} {note}".TrimEnd());
        await done;
        return [.. Placed(shop).Skip(before)];
    }

    private static List<Guid> Placed(RoleProcess shop) =>
        [.. shop.Output.Split('\n').Where(x => x.StartsWith("placed ", StringComparison.Ordinal))
            .Select(x => Guid.Parse(x["placed ".Length..]))];

    /// <summary>From now on handlers do what an order's note says.</summary>
    public void ArmFate() => File.WriteAllText(FateFile, "");

    /// <summary>False after a process has met its fate.</summary>
    public bool HasFate => File.Exists(FateFile);

    public void DisarmFate() => File.Delete(FateFile);

    /// <summary>
    /// Waits until every order is confirmed and nothing is under way, and checks that each step happened once.
    /// </summary>
    public async Task SettleAsync(IReadOnlyCollection<Guid> orders)
    {
        await UntilAsync("every order is confirmed", async () => await CountAsync(ConfirmedOf, orders) >= orders.Count);
        await UntilAsync("every order is counted", async () => await CountAsync(CountedOf, orders) >= orders.Count);
        await UntilAsync("nothing is under way", IsIdleAsync);
        (string Schema, string What)[] effects =
            [("commerce", "placed"), ("payment", "charged"), ("payment", "counted"), ("commerce", "confirmed")];
        foreach (var (schema, what) in effects)
        {
            Assert.Equal(orders.Count,
                await CountAsync($"select count(*) from {schema}.effect where what = '{what}' and order_id = any($1)", orders));
            Assert.Equal(orders.Count,
                await CountAsync($"select count(distinct order_id) from {schema}.effect where what = '{what}' and order_id = any($1)",
                    orders));
        }

        Assert.Equal(0, await DeadLettersAsync());
    }

    private const string ConfirmedOf =
        "select count(distinct order_id) from commerce.effect where what = 'confirmed' and order_id = any($1)";

    private const string CountedOf = "select count(distinct order_id) from payment.effect where what = 'counted' and order_id = any($1)";

    private async Task<bool> IsIdleAsync()
    {
        foreach (var (stream, groups) in new[] { (Orders, 2), ("stream:{0}:payment_events", 1) })
        {
            var known = await Redis.StreamGroupInfoAsync(stream);
            if (known.Length < groups || known.Any(x => x.PendingMessageCount > 0)) return false;
            // After a kill Redis reports a wrong lag of a group.
            foreach (var group in known)
            {
                if ((await Redis.StreamRangeAsync(stream, $"({group.LastDeliveredId}", count: 1)).Length > 0) return false;
            }
        }

        return await CountAsync("""
            select (select count(*) from commerce.wolverine_outgoing_envelopes)
              + (select count(*) from payment.wolverine_outgoing_envelopes)
            """, []) == 0;
    }

    /// <summary>How many of the orders are charged.</summary>
    public Task<long> ChargedAsync(IReadOnlyCollection<Guid> orders) =>
        CountAsync("select count(*) from payment.effect where what = 'charged' and order_id = any($1)", orders);

    public Task<long> DeadLettersAsync() =>
        CountAsync(
            "select (select count(*) from payment.wolverine_dead_letters) + (select count(*) from commerce.wolverine_dead_letters) + "
            + "(select count(*) from content.wolverine_dead_letters)", []);

    /// <param name="sql">A count; <c>$1</c> is the array of the orders' ids.</param>
    public async Task<long> CountAsync(string sql, IReadOnlyCollection<Guid> orders)
    {
        await using var command = source.CreateCommand(sql);
        if (sql.Contains("$1", StringComparison.Ordinal)) command.Parameters.Add(new() { Value = orders.ToArray() });
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits for what happens in other processes, while the spec itself stops their servers.</summary>
    public static Task UntilAsync(string what, Func<Task<bool>> isSo) =>
        Eventually.HoldsAsync(what, isSo, TimeSpan.FromSeconds(60), x => x is NpgsqlException or RedisException);

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.Values) await process.DisposeAsync();
        await connection.DisposeAsync();
        await Server.DisposeAsync();
        await source.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
