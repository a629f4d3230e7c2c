using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Bench;

/// <summary>
/// The Release program, `all` in one process, on a database and a Redis of the bench's own; seeded large and with rate
/// limits off, since one load generator is one client.
/// </summary>
public sealed class Shop : IAsyncDisposable
{
    private readonly HttpClient http = new();
    private readonly string program;
    private readonly Dictionary<string, string> environment;
    private readonly Process redis;
    private readonly string redisFolder;
    private Process? process;

    private Shop(string program, string databaseUrl, Process redis, int redisPort, string redisFolder)
    {
        this.program = program;
        this.redis = redis;
        this.redisFolder = redisFolder;
        DatabaseUrl = databaseUrl;
        RedisUrl = $"redis://127.0.0.1:{redisPort}";
        Url = new Uri($"http://127.0.0.1:{FreePort()}");
        http.BaseAddress = Url;
        environment = new()
        {
            ["DATABASE_URL"] = databaseUrl,
            ["REDIS_URL"] = RedisUrl,
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ASPNETCORE_URLS"] = Url.AbsoluteUri,
            ["Logging__LogLevel__Default"] = "Warning",
            ["AARYA_RATE_LIMIT"] = "0",
            ["UNPAID_ORDERS_PER_ADDRESS"] = "0",
            ["UNPAID_PIECES_PER_ADDRESS"] = "0",
            ["AARYA_SOCKET_DIR"] = redisFolder,
        };
    }

    public Uri Url { get; }

    public string DatabaseUrl { get; }

    public string RedisUrl { get; }

    public int ProcessId => process!.Id;

    public static async Task<Shop> OpenAsync()
    {
        var program = Path.GetFullPath(Environment.GetEnvironmentVariable("AARYA_PROGRAM") ?? "artifacts/api/Aarya.Api.dll");
        if (!File.Exists(program)) throw new InvalidOperationException($"{program} is not there: run ./aarya release first.");
        var server = ContextDatabases.Parse("DATABASE_URL", Environment.GetEnvironmentVariable("DATABASE_URL")
            ?? throw new InvalidOperationException("DATABASE_URL is not set: run the bench by ./aarya bench."));
        var database = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "aarya_bench" }.ConnectionString;
        await using (var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString) { Database = "postgres", Pooling = false }.ConnectionString))
        {
            await connection.OpenAsync();
            foreach (var sql in new[] { "drop database if exists aarya_bench with (force)", "create database aarya_bench" })
            {
                await using var command = new NpgsqlCommand(sql, connection);
                await command.ExecuteNonQueryAsync();
            }
        }

        var folder = Directory.CreateTempSubdirectory("aarya-bench-").FullName;
        var port = FreePort();
        var redis = Process.Start(new ProcessStartInfo("redis-server",
            ["--port", $"{port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction", "--loglevel", "warning"])
        {
            RedirectStandardOutput = true,
        })!;
        var shop = new Shop(program, database, redis, port, folder);
        await shop.RunAsync("migrate");
        await shop.RunAsync("seed", "--size", "large");
        await shop.StartAsync();
        return shop;
    }

    private Process Start(params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. args]) { RedirectStandardOutput = true };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private async Task RunAsync(params string[] args)
    {
        using var command = Start(args);
        var output = await command.StandardOutput.ReadToEndAsync();
        await command.WaitForExitAsync();
        if (command.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', args)} failed: {output}");
    }

    private async Task StartAsync()
    {
        var watch = Stopwatch.StartNew();
        process = Start();
        _ = process.StandardOutput.ReadToEndAsync();
        while (true)
        {
            if (process.HasExited) throw new InvalidOperationException("The program ended at its start.");
            if (watch.Elapsed > TimeSpan.FromSeconds(30)) throw new InvalidOperationException("The program is not ready after 30 s.");
            try
            {
                using var ready = await http.GetAsync(new Uri("/health/ready", UriKind.Relative));
                if (ready.IsSuccessStatusCode) break;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(20);
        }

        Console.WriteLine($"ready {watch.ElapsedMilliseconds} ms after start");
    }

    public async Task<JsonNode> GetAsync(string path) => JsonNode.Parse(await http.GetStringAsync(new Uri(path, UriKind.Relative)))!;

    public Task<byte[]> BytesAsync(string path) => http.GetByteArrayAsync(new Uri(path, UriKind.Relative));

    public async Task<JsonNode> PostAsync(string path, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body) };
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode ? JsonNode.Parse(text.Length == 0 ? "{}" : text)! : throw new InvalidOperationException($"POST {path} answered {(int)response.StatusCode}: {text}");
    }

    /// <summary>Access tokens of new guests.</summary>
    public async Task<string[]> GuestsAsync(int count)
    {
        var tokens = new string[count];
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            tokens[i] = (string)(await PostAsync("/api/auth/guest", new { }))["accessToken"]!);
        return tokens;
    }

    /// <summary>A large delivery of everything, so that no order of the bench is refused.</summary>
    public Task StockUpAsync(int pieces) => SqlAsync($"""
        with delivered as (update commerce.stock set on_hand = on_hand + {pieces} returning sku)
        insert into commerce.stock_ledger (sku, delta, reason, reference)
        select sku, {pieces}, 'delivery', gen_random_uuid()::text from delivered
        """);

    /// <summary>Waits until what the last round caused has been worked off: it must not slow what is measured next.</summary>
    public async Task QuietAsync()
    {
        var watch = Stopwatch.StartNew();
        while (await WaitingAsync() > 0)
        {
            if (watch.Elapsed > TimeSpan.FromMinutes(3)) throw new InvalidOperationException("The shop is not quiet after 3 minutes.");
            await Task.Delay(250);
        }
    }

    /// <summary>Removes the messages to nobody that the floor has left: the shop would look for somebody to send them to.</summary>
    public Task ForgetFloorAsync() => SqlAsync("""
        with sent as (delete from commerce.wolverine_outgoing_envelopes where destination = 'floor://nowhere')
        delete from commerce.wolverine_incoming_envelopes where received_at = 'floor://nowhere'
        """);

    private async Task<long> WaitingAsync() => (long)(await SqlAsync($"""
        select {string.Join(" + ", Roles.Contexts.Select(x =>
            $"(select count(*) from {x}.wolverine_outgoing_envelopes) + (select count(*) from {x}.wolverine_incoming_envelopes where status = 'Incoming')"))}
        """) ?? 0L);

    private async Task<object?> SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 60 };
        return await command.ExecuteScalarAsync();
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var started in new[] { process, redis }.OfType<Process>())
        {
            if (!started.HasExited) started.Kill();
            await started.WaitForExitAsync();
            started.Dispose();
        }

        http.Dispose();
        Directory.Delete(redisFolder, recursive: true);
    }
}
