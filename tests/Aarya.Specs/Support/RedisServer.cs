using System.Diagnostics;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Specs.Support;

/// <summary>
/// A real redis-server of one spec's own: it can be killed and started again on the same port and data. The program logs in with the rights
/// of docs/operations.md and no others, and a spec fails when it was refused anything; the spec itself may do everything.
/// </summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Login = "aarya";
    private const string Admin = "spec";
    private const string Password = "of-a-spec";

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-redis-").FullName;
    private readonly string[] settings;
    private Process? process;
    private ConnectionMultiplexer? connection;

    private RedisServer(string[] settings)
    {
        this.settings = settings;
        Port = Ports.Free();
    }

    public int Port { get; }

    /// <summary>What REDIS_URL is set to: the login of the program.</summary>
    public string Url => $"redis://{Login}:{Password}@127.0.0.1:{Port}";

    /// <summary>The spec expects that the program is refused something.</summary>
    public bool MayRefuse { get; set; }

    /// <summary>The folder of its data.</summary>
    public string Folder => folder;

    /// <summary>Its process.</summary>
    public int Id => process!.Id;

    /// <summary>For the spec itself, with every right.</summary>
    public string AdminUrl => $"redis://{Admin}:{Password}@127.0.0.1:{Port}";

    /// <summary>For the spec itself, with every right.</summary>
    public IDatabase Database => (connection ??= Connect()).GetDatabase();

    /// <summary>Has the server do what an operator may do: <c>CONFIG SET</c>, <c>CLIENT PAUSE</c>, <c>REPLICAOF</c>.</summary>
    public async Task<RedisResult> TellAsync(string command, params object[] arguments) => await Database.ExecuteAsync(command, arguments);

    /// <param name="settings">More of redis.conf, as arguments of redis-server.</param>
    public static async Task<RedisServer> StartAsync(params string[] settings)
    {
        var server = new RedisServer(settings);
        await server.StartAgainAsync();
        return server;
    }

    /// <summary>Starts it again, and waits until it listens and has loaded its data.</summary>
    public Task StartAgainAsync() => StartAgainAsync("Ready to accept connections");

    /// <summary>Starts it again, and waits for a line of its log.</summary>
    public async Task StartAgainAsync(string said)
    {
        process = Process.Start(new ProcessStartInfo("redis-server",
            ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec",
                "--maxmemory-policy", "noeviction", "--user", Admin, "on", $">{Password}", "~*", "&*", "+@all",
                "--user", Login, "on", $">{Password}", .. RedisRights.Rules, .. settings])
        {
            RedirectStandardOutput = true,
        })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains(said, StringComparison.Ordinal)) break;
        }

        if (process.HasExited) throw new InvalidOperationException("redis-server did not start; is it installed?");
        _ = process.StandardOutput.ReadToEndAsync();
    }

    /// <summary>kill -9: what a crash of the server looks like.</summary>
    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>How much of its log is on disk; see <see cref="CutPowerAsync"/>.</summary>
    public long LogLength => Log.Length;

    private FileInfo Log => new DirectoryInfo(Path.Combine(folder, "appendonlydir")).GetFiles("*.incr.aof").Single();

    /// <summary>kill -9, and what the disk had not got yet is gone: everything behind this length of the log.</summary>
    public async Task CutPowerAsync(long logLength)
    {
        await KillAsync();
        await using var log = Log.OpenWrite();
        log.SetLength(logLength);
    }

    private ConnectionMultiplexer Connect()
    {
        return ConnectionMultiplexer.Connect(new ConfigurationOptions
        {
            EndPoints = { { "127.0.0.1", Port } },
            User = Admin,
            Password = Password,
            AllowAdmin = true,
            AbortOnConnectFail = false,
            AsyncTimeout = 20_000,
            ReconnectRetryPolicy = new LinearRetry(200),
        });
    }

    // Redis keeps what it refused to whom.
    private async Task<IReadOnlyList<string>> RefusedAsync()
    {
        if (process is not { HasExited: false }) return [];
        try
        {
            return [.. ((RedisResult[])(await TellAsync("ACL", "LOG", 100))!).Select(x => x.ToDictionary())
                .Where(x => (string?)x["username"] == Login && (string?)x["reason"] != "auth")
                .Select(x => $"{x["reason"]} {x["object"]}").Distinct()];
        }
        catch (RedisException)
        {
            // A spec has made it a server that answers nobody.
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        var refused = MayRefuse ? [] : await RefusedAsync();
        if (connection is not null) await connection.DisposeAsync();
        await KillAsync();
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
        if (refused.Count > 0) throw new InvalidOperationException($"Redis has refused to the program: {string.Join(", ", refused)}.");
    }
}
