using System.Diagnostics;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Specs.Support.Servers;

/// <summary>
/// A real redis-server of one spec's own: it can be killed and started again on the same port and data. The program logs in with the rights
/// of docs/operations.md and no others, and a spec fails when Redis refused it anything; the spec itself has every right.
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

    /// <summary>The login of the spec itself: user and password.</summary>
    public static string[] AdminLogin => [Admin, Password];

    /// <summary>What follows the nodes of a cluster in REDIS_URL: the login of the program.</summary>
    public static string ClientOptions => $",user={Login},password={Password}";

    /// <summary>True when the spec expects Redis to refuse the program something.</summary>
    public bool MayRefuse { get; set; }

    /// <summary>The folder of its data.</summary>
    public string Folder => folder;

    /// <summary>Its process.</summary>
    public int Id => process!.Id;

    /// <summary>For the spec itself, with every right.</summary>
    public string AdminUrl => $"redis://{Admin}:{Password}@127.0.0.1:{Port}";

    /// <summary>For the spec itself, with every right.</summary>
    public IDatabase Database => (connection ??= Connect()).GetDatabase();

    /// <summary>Runs a command of an operator: <c>CONFIG SET</c>, <c>CLIENT PAUSE</c>, <c>REPLICAOF</c>.</summary>
    public async Task<RedisResult> TellAsync(string command, params object[] arguments)
    {
        // This server, whichever nodes of its cluster the client knows.
        return await (connection ??= Connect()).GetServer("127.0.0.1", Port).ExecuteAsync(command, arguments);
    }

    /// <param name="settings">Further settings of redis.conf, as arguments of redis-server.</param>
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
                "--maxmemory-policy", "noeviction", "--stream-node-max-bytes", "16384",
                "--user", Admin, "on", $">{Password}", "~*", "&*", "+@all",
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

    /// <summary>
    /// kill -9, like a crash of the server. What it has acknowledged is in its log: a busy disk makes Redis hold up to two seconds of
    /// writes in memory, and that loss is the point of <see cref="CutPowerAsync"/> alone.
    /// </summary>
    public async Task KillAsync()
    {
        if (process is not { HasExited: false }) return;
        // It answers once everything before is written.
        await TellAsync("CONFIG", "SET", "appendfsync", "always");
        await EndAsync();
    }

    private async Task EndAsync()
    {
        if (process is not { HasExited: false }) return;
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>How much of its log is on disk; see <see cref="CutPowerAsync"/>.</summary>
    public long LogLength => Log.Length;

    private FileInfo Log => new DirectoryInfo(Path.Combine(folder, "appendonlydir")).GetFiles("*.incr.aof").Single();

    /// <summary>kill -9, and the loss of what was not on disk yet: everything beyond this length of the log.</summary>
    public async Task CutPowerAsync(long logLength)
    {
        await EndAsync();
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

    // Redis logs what it refused to which user.
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
            // The spec has left a server that does not answer.
            return [];
        }
    }

    public async ValueTask DisposeAsync()
    {
        var refused = MayRefuse ? [] : await RefusedAsync();
        if (connection is not null) await connection.DisposeAsync();
        await EndAsync();
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
        if (refused.Count > 0) throw new InvalidOperationException($"Redis has refused the program: {string.Join(", ", refused)}.");
    }
}
