using System.Diagnostics;
using System.Globalization;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Telemetry;

/// <summary>An exporter of a server's metrics, as a process.</summary>
internal sealed class Exporter : IAsyncDisposable
{
    private readonly Process process;

    private Exporter(string program, Func<string, string[]> arguments, (string Name, string Value) setting)
    {
        var address = $"127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        Url = new($"http://{address}");
        process = Process.Start(new ProcessStartInfo(program, arguments(address))
        {
            Environment = { [setting.Name] = setting.Value },
            RedirectStandardError = true,
        })!;
        // An exporter that nobody reads would stand still when its pipe is full.
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
    }

    /// <param name="url">The login of an operator.</param>
    public static Exporter OfRedis(string url) =>
        new("prometheus-redis-exporter", x => ["-web.listen-address", x], ("REDIS_ADDR", url));

    /// <param name="url">The login of an operator.</param>
    public static Exporter OfPostgres(string url) =>
        new("prometheus-postgres-exporter", x => [$"--web.listen-address={x}"], ("DATA_SOURCE_NAME", url));

    /// <summary>Where Prometheus reads it.</summary>
    public Uri Url { get; }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
