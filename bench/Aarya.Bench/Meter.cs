using System.Diagnostics;
using System.Globalization;

namespace Aarya.Bench;

/// <summary>Measures what a process uses between two readings.</summary>
public sealed class Meter(int pid)
{
    private TimeSpan cpu = CpuOf(pid);
    private long since = Stopwatch.GetTimestamp();

    /// <summary>Cores in use since the last reading (1.0 = one core busy), and resident megabytes now.</summary>
    public (double Cores, double Megabytes) Look()
    {
        var now = CpuOf(pid);
        var used = (now - cpu) / Stopwatch.GetElapsedTime(since);
        cpu = now;
        since = Stopwatch.GetTimestamp();
        return (used, ResidentOf(pid) / 1024.0);
    }

    private static TimeSpan CpuOf(int pid)
    {
        using var process = Process.GetProcessById(pid);
        return process.TotalProcessorTime;
    }

    private static long ResidentOf(int pid) => long.Parse(
        File.ReadLines($"/proc/{pid}/status").First(x => x.StartsWith("VmRSS:", StringComparison.Ordinal))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
}
