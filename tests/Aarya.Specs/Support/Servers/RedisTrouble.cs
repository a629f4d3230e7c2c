using System.Diagnostics;
using System.Globalization;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Specs.Support.Servers;

/// <summary>A kind of outage of a real Redis, whose process may still run, and its end.</summary>
/// <param name="Name">The first word of Redis's error, or what happened to it.</param>
/// <param name="BeginAsync">Begins it.</param>
/// <param name="EndAsync">Ends it.</param>
public sealed record RedisTrouble(string Name, Func<RedisServer, Task> BeginAsync, Func<RedisServer, Task> EndAsync)
{
    /// <summary>The settings that all of these need: data is loaded slowly, and a script soon counts as slow.</summary>
    public static string[] Settings { get; } =
        ["--key-load-delay", "400", "--loading-process-events-interval-bytes", "1024", "--busy-reply-threshold", "20"];

    public static IReadOnlyList<RedisTrouble> All { get; } =
    [
        new("OOM", x => x.TellAsync("CONFIG", "SET", "maxmemory", "1"), x => x.TellAsync("CONFIG", "SET", "maxmemory", "0")),
        new("MISCONF", BreakSnapshotsAsync, MendSnapshotsAsync),
        new("READONLY", x => x.TellAsync("REPLICAOF", "127.0.0.1", "1"), x => x.TellAsync("REPLICAOF", "NO", "ONE")),
        new("MASTERDOWN", BecomeEmptyReplicaAsync, async x =>
        {
            await x.TellAsync("REPLICAOF", "NO", "ONE");
            await x.TellAsync("CONFIG", "SET", "replica-serve-stale-data", "yes");
        }),
        new("NOREPLICAS",
            x => x.TellAsync("CONFIG", "SET", "min-replicas-to-write", "1"),
            x => x.TellAsync("CONFIG", "SET", "min-replicas-to-write", "0")),
        new("BUSY", RunForEverAsync, x => x.TellAsync("SCRIPT", "KILL")),
        new("NOAUTH", LockOutAsync, async x =>
        {
            await x.TellAsync("ACL", "SETUSER", "aarya", "on");
            await x.TellAsync("ACL", "SETUSER", "default", "nopass");
        }),
        new("paused", x => SignalAsync(x, "-STOP"), x => SignalAsync(x, "-CONT")),
        new("killed", x => x.KillAsync(), x => x.StartAgainAsync()),
        new("LOADING", LoadSlowlyAsync, UntilLoadedAsync),
    ];

    public static RedisTrouble Of(string name) => All.Single(x => x.Name == name);

    public override string ToString() => Name;

    // Puts a folder in the place of the snapshot's file; with a rule for snapshots, one that fails stops all writes.
    private static async Task BreakSnapshotsAsync(RedisServer server)
    {
        File.Delete(Path.Combine(server.Folder, "dump.rdb"));
        Directory.CreateDirectory(Path.Combine(server.Folder, "dump.rdb"));
        await File.WriteAllTextAsync(Path.Combine(server.Folder, "dump.rdb", "in-the-way"), "");
        await server.TellAsync("CONFIG", "SET", "save", "3600 1");
        await server.TellAsync("BGSAVE");
        await UntilAsync(server, "the snapshot has failed", "rdb_last_bgsave_status:err");
    }

    private static async Task MendSnapshotsAsync(RedisServer server)
    {
        Directory.Delete(Path.Combine(server.Folder, "dump.rdb"), recursive: true);
        await server.TellAsync("BGSAVE");
        await UntilAsync(server, "a snapshot has succeeded", "rdb_last_bgsave_status:ok");
        await server.TellAsync("CONFIG", "SET", "save", "");
    }

    private static async Task BecomeEmptyReplicaAsync(RedisServer server)
    {
        await server.TellAsync("CONFIG", "SET", "replica-serve-stale-data", "no");
        await server.TellAsync("REPLICAOF", "127.0.0.1", "1");
    }

    private static async Task SignalAsync(RedisServer server, string signal)
    {
        using var kill = Process.Start("kill", [signal, server.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    // The script is not awaited: it ends when it is killed. It blocks its own connection; the spec's must be open before.
    private static async Task RunForEverAsync(RedisServer server)
    {
        await server.Database.PingAsync();
        var connection = await ConnectionMultiplexer.ConnectAsync(RedisConnections.OptionsFor(server.AdminUrl, "script"));
        _ = connection.GetDatabase().ScriptEvaluateAsync("while true do end")
            .ContinueWith(_ => connection.DisposeAsync().AsTask(), TaskScheduler.Default);
        await Eventually.HoldsAsync("the script keeps Redis busy", async () =>
        {
            try
            {
                await server.TellAsync("GET", "anything");
                return false;
            }
            catch (RedisServerException busy) when (busy.Message.StartsWith("BUSY", StringComparison.Ordinal))
            {
                return true;
            }
        });
    }

    // A client without a login is the default user, who has every right in a spec: now it needs a password.
    private static async Task LockOutAsync(RedisServer server)
    {
        await server.TellAsync("ACL", "SETUSER", "default", "resetpass");
        await server.TellAsync("ACL", "SETUSER", "aarya", "off");
        await server.TellAsync("CLIENT", "KILL", "USER", "aarya");
    }

    // 8,000 keys at 0.4 ms each, from a snapshot at the head of the log.
    private static async Task LoadSlowlyAsync(RedisServer server)
    {
        await server.TellAsync("EVAL", "for i = 1, 8000 do redis.call('SET', 'filler:' .. i, string.rep('x', 200)) end", 0);
        await server.TellAsync("BGREWRITEAOF");
        await UntilAsync(server, "the log is rewritten", "aof_rewrite_in_progress:0", "aof_rewrite_scheduled:0");
        await server.KillAsync();
        await server.StartAgainAsync("Reading RDB");
    }

    private static async Task UntilLoadedAsync(RedisServer server)
    {
        await UntilAsync(server, "the data is loaded", "\nloading:0");
        await server.TellAsync("EVAL", "for i = 1, 8000 do redis.call('DEL', 'filler:' .. i) end", 0);
    }

    private static Task UntilAsync(RedisServer server, string what, params string[] lines) => Eventually.HoldsAsync(what, async () =>
    {
        var info = (string)(await server.TellAsync("INFO", "persistence"))!;
        return lines.All(x => info.Contains($"{x}\r\n", StringComparison.Ordinal));
    }, ignoring: x => x is RedisException);
}
