using System.Diagnostics;

namespace Aarya.Specs.Support;

/// <summary>A real redis-server of one spec's own: it can be killed and started again on the same port and data.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-redis-").FullName;
    private Process? process;

    private RedisServer() => Port = Ports.Free();

    public int Port { get; }

    public string Url => $"redis://127.0.0.1:{Port}";

    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        await server.StartAgainAsync();
        return server;
    }

    public async Task StartAgainAsync()
    {
        process = Process.Start(new ProcessStartInfo("redis-server",
            ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", folder, "--save", "", "--appendonly", "yes", "--appendfsync", "everysec", "--maxmemory-policy", "noeviction"])
        {
            RedirectStandardOutput = true,
        })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ready to accept connections", StringComparison.Ordinal)) break;
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

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }
}
