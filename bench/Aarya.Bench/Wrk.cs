using System.Diagnostics;
using System.Text.Json;

namespace Aarya.Bench;

/// <summary>The result of one load run.</summary>
/// <param name="P50">Microseconds.</param>
/// <param name="P99">Microseconds.</param>
public sealed record Load(long Requests, long Microseconds, long P50, long P99, long Errors)
{
    public double PerSecond => Requests * 1e6 / Microseconds;
}

/// <summary>Runs wrk, a load generator that uses far less CPU than what it measures.</summary>
public static class Wrk
{
    public const int Threads = 1;

    private static readonly string Scripts = Path.Combine(AppContext.BaseDirectory, "load");

    public static Task<Load> GetAsync(Uri url, int connections, TimeSpan time) =>
        RunAsync(url, connections, time, "get.lua", "GET", null, repeat: false);

    /// <param name="paths">A file of paths, one per line, that are asked for in order and repeatedly.</param>
    public static Task<Load> GetEachAsync(Uri url, int connections, TimeSpan time, string paths) =>
        RunAsync(url, connections, time, "paths.lua", "GET", paths, repeat: true);

    /// <param name="requests">A file of prepared requests without bodies, sent repeatedly; see load/requests.lua.</param>
    public static Task<Load> GetAsync(Uri url, int connections, TimeSpan time, string requests) =>
        RunAsync(url, connections, time, "requests.lua", "GET", requests, repeat: true);

    /// <param name="requests">A file of prepared requests; see load/requests.lua.</param>
    public static Task<Load> PostAsync(Uri url, int connections, TimeSpan time, string requests, bool repeat) =>
        RunAsync(url, connections, time, "requests.lua", "POST", requests, repeat);

    private static async Task<Load> RunAsync(Uri url, int connections, TimeSpan time, string script, string method,
        string? requests, bool repeat)
    {
        var start = new ProcessStartInfo("wrk",
            ["-t", $"{Threads}", "-c", $"{connections}", "-d", $"{(int)time.TotalSeconds}s", "--timeout", "10s", "-s",
                Path.Combine(Scripts, script), url.AbsoluteUri])
        {
            RedirectStandardOutput = true,
            Environment =
            {
                ["BENCH_LOAD"] = Scripts,
                ["BENCH_THREADS"] = $"{Threads}",
                ["BENCH_METHOD"] = method,
                ["BENCH_REQUESTS"] = requests ?? "",
                ["BENCH_REPEAT"] = repeat ? "1" : "0",
            },
        };
        using var wrk = Process.Start(start)
            ?? throw new InvalidOperationException("wrk does not start: install it (apt-get install wrk).");
        var output = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        var json = output.Split('\n').FirstOrDefault(x => x.StartsWith("JSON ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk failed: {output}");
        return JsonSerializer.Deserialize<Load>(json[5..], JsonSerializerOptions.Web)!;
    }
}
