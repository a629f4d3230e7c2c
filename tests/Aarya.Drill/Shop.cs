using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Drill;

/// <summary>A whole shop as in production, each part a child process of this one, with queries of its data.</summary>
internal sealed class Shop : IAsyncDisposable
{
    public const string StaffPassword = "a drill of fire at Fort Kochi, 1903";

    /// <summary>How long an unpaid order reserves its goods.</summary>
    public static readonly TimeSpan Hold = TimeSpan.FromMinutes(2);

    private static readonly string[] Contexts = ["core", "commerce", "payment", "content", "search"];
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(5);

    private readonly Surroundings here;
    private readonly Dictionary<string, string> settings;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private ConnectionMultiplexer? redis;

    public Shop(Surroundings here, bool split)
    {
        this.here = here;
        Split = split;
        Url = new($"http://127.0.0.1:{here.Port}");
        using (SigningKey = ECDsa.Create(ECCurve.NamedCurves.nistP256)) Pem = SigningKey.ExportECPrivateKeyPem();
        SigningKey = ECDsa.Create();
        SigningKey.ImportFromPem(Pem);
        settings = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
            ["Logging__Console__FormatterName"] = "simple",
            ["Logging__Console__FormatterOptions__TimestampFormat"] = "HH:mm:ss.fff ",
            ["AARYA_TRUSTED_PROXIES"] = "127.0.0.1",
            ["AARYA_PUBLIC_URL"] = $"{Url}",
            ["STOREFRONT_URL"] = $"{Url}",
            ["JWT_SECRET"] = Pem,
            ["SEED_PASSWORD"] = StaffPassword,
            ["SMTP_URL"] = $"smtp://127.0.0.1:{here.MailPort}",
            ["PAYMENT_PROVIDER_URL"] = $"http://127.0.0.1:{here.SandboxPort}",
            ["ORDER_HOLD_MINUTES"] = $"{(int)Hold.TotalMinutes}",
        };
        Parts = [.. Servers(), .. Roles()];
    }

    public bool Split { get; }

    public Uri Url { get; }

    /// <summary>The key that signs the access tokens of the shop.</summary>
    public ECDsa SigningKey { get; }

    public IReadOnlyList<Part> Parts { get; }

    /// <summary>What went wrong with the parts themselves.</summary>
    public List<string> Complaints { get; } = [];

    public string JournalFile => Path.Combine(here.State, "sandbox", "journal.ndjson");

    public string MailFile => Path.Combine(here.State, "mail", "box.ndjson");

    private string Pem { get; }

    private IEnumerable<Part> Servers()
    {
        // SIGINT is a fast shutdown, which PostgreSQL's own control program uses too.
        yield return New(new("postgres", here.Postgres, here.PostgresPort, settings)
        {
            StopSignal = 2,
            Aim = TimeSpan.FromSeconds(2),
            MayHesitate = true,
            SendsMail = true,
        });
        yield return New(new("redis", here.Redis, here.RedisPort, settings) { Aim = TimeSpan.FromSeconds(2) });
        var drill = typeof(Shop).Assembly.Location;
        var mail = $"dotnet {Quoted(drill)} mail {here.MailPort} {Quoted(MailFile)}";
        yield return New(new("mail", mail, here.MailPort, settings) { SendsMail = true });
        var sandbox = new Dictionary<string, string>
        {
            ["SANDBOX_DATA"] = Path.Combine(here.State, "sandbox"),
            ["SANDBOX_WEBHOOK_URL"] = $"{Url}api/payments/webhooks/sandbox",
        };
        var provider = $"dotnet {Quoted(here.Sandbox)} --urls http://127.0.0.1:{here.SandboxPort}";
        yield return New(new("sandbox", provider, here.SandboxPort, sandbox));
    }

    private IEnumerable<Part> Roles()
    {
        foreach (var role in Split ? [.. Contexts, "gateway"] : new[] { "all" })
        {
            var front = role is "all" or "gateway";
            var command = $"dotnet {Quoted(here.Program)}{(front ? $" --urls {Url}" : "")}";
            yield return New(new(role, command, front ? here.Port : 0, new Dictionary<string, string>(settings) { ["AARYA_ROLES"] = role })
            {
                Aim = TimeSpan.FromSeconds(role == "all" ? 5 : 3),
                SendsMail = role is "all" or "content",
            });
        }
    }

    private Part New(PartSetup setup) => new(setup, here.State, Complain);

    private void Complain(string complaint)
    {
        lock (Complaints) Complaints.Add(complaint);
    }

    private static string Quoted(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    /// <summary>Starts every part, creates the database, and waits until <c>/health</c> reports that every part is well.</summary>
    public async Task OpenAsync()
    {
        foreach (var part in Parts.Take(2)) part.Start();
        await UntilAsync("PostgreSQL to answer", async () => (await TableAsync("select 1")).Count == 1);
        await UntilAsync("Redis to answer", () => AnswersAsync(here.RedisPort));
        await CommandAsync("migrate");
        await CommandAsync("seed", "--size", "demo");
        foreach (var part in Parts.Skip(2)) part.Start();
        await UntilAsync("every part of the shop to be well", async () =>
        {
            using var answer = await http.GetAsync(new Uri(Url, "/health"));
            return answer.IsSuccessStatusCode;
        });
        redis = await ConnectionMultiplexer.ConnectAsync(RedisOptions());
    }

    /// <summary>Ends a part, which stays away until <see cref="StartAgain"/>.</summary>
    public ValueTask EndAsync(string part) => Parts.Single(x => x.Name == part).DisposeAsync();

    public void StartAgain(string part) => Parts.Single(x => x.Name == part).Start();

    /// <summary>The part that changes orders.</summary>
    public Part Seller => Parts.Single(x => x.Name is "commerce" or "all");

    private ConfigurationOptions RedisOptions() => new()
    {
        EndPoints = { { "127.0.0.1", here.RedisPort } },
        Password = here.RedisPassword,
        AbortOnConnectFail = false,
        AllowAdmin = true,
    };

    private async Task CommandAsync(params string[] command)
    {
        var start = new ProcessStartInfo("dotnet", [here.Program, .. command])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', command)} failed: {output}{await errors}");
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var probe = new TcpClient();
        await probe.ConnectAsync("127.0.0.1", port);
        return true;
    }

    private static async Task UntilAsync(string what, Func<Task<bool>> look)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                if (await look()) return;
            }
            catch (Exception e) when (e is NpgsqlException or SocketException or HttpRequestException or TaskCanceledException)
            {
                // Not up yet.
            }

            if (watch.Elapsed > StartsWithin) throw new InvalidOperationException($"Waited {StartsWithin.TotalMinutes:0} min for {what}.");
            await Task.Delay(100);
        }
    }

    /// <summary>The rows of a query as the server's own user, who may read every context's tables.</summary>
    public async Task<List<object[]>> TableAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        await using var reader = await command.ExecuteReaderAsync();
        List<object[]> rows = [];
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }

        return rows;
    }

    private string ConnectionString
    {
        get
        {
            var url = new Uri(here.DatabaseUrl);
            var user = url.UserInfo.Split(':', 2);
            return new NpgsqlConnectionStringBuilder
            {
                Host = url.Host,
                Port = url.Port,
                Database = url.AbsolutePath.Trim('/'),
                Username = user[0],
                Password = user[1],
                // A pooled connection may have died with the server.
                Pooling = false,
            }.ConnectionString;
        }
    }

    /// <summary>What is still under way, in words; null when nothing is.</summary>
    /// <param name="scheduled">The types of messages that are not counted while they wait for their time.</param>
    public async Task<string?> UnderWayAsync(IReadOnlyList<string> scheduled)
    {
        var counts = (await TableAsync($"""
            select {string.Join(", ", Contexts.Select(x => $"""
                (select count(*) from {x}.wolverine_outgoing_envelopes),
                (select count(*) from {x}.wolverine_incoming_envelopes
                 where status <> 'Handled' and not (status = 'Scheduled' and message_type in ('{string.Join("', '", scheduled)}')))
                """))}, (select count(*) from commerce.stock_changed), (select count(*) from commerce.product_changed)
            """)).Single().Cast<long>().ToArray();
        List<string> rest = [];
        for (var i = 0; i < Contexts.Length; i++)
        {
            if (counts[2 * i] > 0) rest.Add($"{counts[2 * i]} in the outbox of {Contexts[i]}");
            if (counts[(2 * i) + 1] > 0) rest.Add($"{counts[(2 * i) + 1]} in the inbox of {Contexts[i]}");
        }

        if (counts[^2] + counts[^1] > 0) rest.Add($"{counts[^2] + counts[^1]} changes of stock and products to be announced");
        foreach (var (stream, group) in await GroupsAsync())
        {
            // What is archived later delays nobody.
            if (group.Name == "compactor") continue;
            // Not by group.Lag: Redis reports it wrong after a kill, because its log lacks some of what the group has read.
            var unread = await redis!.GetDatabase().StreamRangeAsync(stream, $"({group.LastDeliveredId}", count: 1_000);
            var waiting = group.PendingMessageCount + unread.Length;
            if (waiting > 0) rest.Add($"{waiting} in {stream} for {group.Name}");
        }

        return rest.Count == 0 ? null : string.Join(", ", rest);
    }

    /// <summary>The messages that wait in inboxes, by type and state, and since when or until when.</summary>
    public async Task<IReadOnlyList<string>> InboxesAsync()
    {
        List<string> kinds = [];
        foreach (var context in Contexts)
        {
            var rows = await TableAsync($"""
                select count(*), message_type, status, owner_id, max(attempts), min(execution_time), max(execution_time), now()
                from {context}.wolverine_incoming_envelopes where status <> 'Handled' group by 2, 3, 4 order by 2, 3, 4
                """);
            kinds.AddRange(rows.Select(x => string.Create(CultureInfo.InvariantCulture,
                $"{context}: {x[0]} x {x[1]}, {x[2]}, owner {x[3]}, up to {x[4]} attempts, due {x[5]:T} to {x[6]:T}, now {x[7]:T}")));
        }

        return kinds;
    }

    private async Task<List<(string Stream, StreamGroupInfo Group)>> GroupsAsync()
    {
        List<(string, StreamGroupInfo)> groups = [];
        await foreach (var stream in redis!.GetServers().Single().KeysAsync(pattern: "stream:*"))
        {
            if (await redis.GetDatabase().KeyTypeAsync(stream) != RedisType.Stream) continue;
            foreach (var group in await redis.GetDatabase().StreamGroupInfoAsync(stream)) groups.Add(((string)stream!, group));
        }

        return groups;
    }

    /// <summary>The number of dead letters, and the first one of each context.</summary>
    public async Task<(long Count, string Detail)> DeadLettersAsync()
    {
        var (count, detail) = (0L, "");
        foreach (var context in Contexts)
        {
            var rows = await TableAsync(
                $"select message_type, exception_type, exception_message, count(*) over () from {context}.wolverine_dead_letters limit 1");
            if (rows is not [var first]) continue;
            count += (long)first[3];
            detail += $" {context}: {first[0]} for {first[1]}: {first[2]}";
        }

        return (count, detail.Trim());
    }

    /// <summary>The contents of a shopper's cart, by SKU.</summary>
    public async Task<IReadOnlyDictionary<string, int>> CartAsync(Guid subject)
    {
        var entries = await redis!.GetDatabase().HashGetAllAsync($"cart:{{0}}:{subject}");
        return entries.ToDictionary(x => (string)x.Name!, x => int.Parse(((string)x.Value!).Split(':')[0], CultureInfo.InvariantCulture));
    }

    public async ValueTask DisposeAsync()
    {
        if (redis is not null) await redis.DisposeAsync();
        // The program ends before the servers that it needs.
        foreach (var part in Parts.Reverse()) await part.DisposeAsync();
        http.Dispose();
        SigningKey.Dispose();
    }
}
