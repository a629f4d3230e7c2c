using System.Diagnostics;
using System.Globalization;
using Aarya.Specs.Support.Hosts;
using Npgsql;

namespace Aarya.Specs.Support.Servers;

/// <summary>A PostgreSQL of its own that takes few connections: a spec can use them up, and no other one notices.</summary>
public sealed class SmallPostgres : IAsyncDisposable
{
    /// <summary>How many connections it takes.</summary>
    public const int MostConnections = 20;

    private readonly string folder;
    private readonly int port = Ports.Free();
    private Process? process;

    private SmallPostgres(string folder) => this.folder = folder;

    /// <summary>The folder of its programs; null where PostgreSQL is not installed, but runs in a container.</summary>
    public static string? Programs { get; } = Directory.Exists("/usr/lib/postgresql")
        ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(x => $"{x}/bin")
            .FirstOrDefault(x => File.Exists($"{x}/initdb"))
        : null;

    public string Url => $"postgresql://aarya@127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}/postgres?sslmode=disable";

    /// <param name="configuration">The content of a further file of settings, if any.</param>
    public static async Task<SmallPostgres> StartAsync(string? configuration = null)
    {
        var server = await CreateAsync();
        await EndAsync(Unprivileged(
            $"{Programs}/initdb", "--pgdata", $"{server.folder}/data", "--username", "aarya", "--auth", "trust", "--no-sync"));
        if (configuration is not null) await File.AppendAllTextAsync($"{server.folder}/data/postgresql.conf", configuration);
        await server.RunAsync();
        return server;
    }

    /// <summary>Starts a standby that follows it.</summary>
    public async Task<SmallPostgres> StartStandbyAsync()
    {
        var standby = await CreateAsync();
        await EndAsync(Unprivileged($"{Programs}/pg_basebackup", "--pgdata", $"{standby.folder}/data", "--host", "127.0.0.1",
            "--port", port.ToString(CultureInfo.InvariantCulture), "--username", "aarya", "--write-recovery-conf", "--checkpoint", "fast",
            "--no-sync"));
        await standby.RunAsync();
        return standby;
    }

    private static async Task<SmallPostgres> CreateAsync()
    {
        var server = new SmallPostgres(Directory.CreateTempSubdirectory("aarya-postgres-").FullName);
        if (IsRoot) await EndAsync(new("chown", ["postgres", server.folder]));
        return server;
    }

    private async Task RunAsync()
    {
        process = Process.Start(Unprivileged($"{Programs}/postgres", "-D", $"{folder}/data", "-h", "127.0.0.1",
            "-p", port.ToString(CultureInfo.InvariantCulture), "-c", $"max_connections={MostConnections}", "-c", "fsync=off",
            "-k", folder))!;
        await Eventually.HoldsAsync("the small PostgreSQL answers", async () =>
        {
            await using var connection = await ConnectAsync();
            return true;
        }, ignoring: x => x is NpgsqlException);
    }

    /// <summary>Opens a connection that stays open until it is disposed.</summary>
    public async Task<NpgsqlConnection> ConnectAsync()
    {
        var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={port.ToString(CultureInfo.InvariantCulture)};Username=aarya;Database=postgres;Pooling=false");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        return connection;
    }

    // PostgreSQL refuses to run as root.
    private static ProcessStartInfo Unprivileged(string program, params string[] arguments) => IsRoot
        ? new("setpriv", ["--reuid", "postgres", "--regid", "postgres", "--clear-groups", "--", program, .. arguments])
        : new(program, arguments);

    private static bool IsRoot => Environment.UserName == "root";

    private static async Task EndAsync(ProcessStartInfo start)
    {
        var ended = await ChildProgram.RunAsync(start);
        Assert.True(ended.ExitCode == 0, $"{start.FileName}: {ended.Output}{ended.Error}");
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }

        Directory.Delete(folder, recursive: true);
    }
}
