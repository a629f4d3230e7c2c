using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Npgsql;

namespace Aarya.Bench;

/// <summary>Runs pgbench with our script: the same SQL on the same database, without a program around it.</summary>
public static partial class Pgbench
{
    /// <param name="script">The file with the transaction.</param>
    public static async Task<Load> RunAsync(string databaseUrl, string script, int clients, TimeSpan time)
    {
        var database = new NpgsqlConnectionStringBuilder(databaseUrl);
        var log = Directory.CreateTempSubdirectory("aarya-pgbench-").FullName;
        var start = new ProcessStartInfo("pgbench",
            ["-n", "-M", "prepared", "-c", $"{clients}", "-j", "1", "-T", $"{(int)time.TotalSeconds}", "-f", script,
                "-l", "--log-prefix", Path.Combine(log, "run"), "-h", database.Host!, "-p", $"{database.Port}", "-U",
                database.Username!, database.Database!])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["PGPASSWORD"] = database.Password },
        };
        using var pgbench = Process.Start(start)!;
        var errors = pgbench.StandardError.ReadToEndAsync();
        var output = await pgbench.StandardOutput.ReadToEndAsync();
        await pgbench.WaitForExitAsync();
        if (pgbench.ExitCode != 0) throw new InvalidOperationException($"pgbench failed: {(await errors).Split('\n')[0]}");

        var latencies = Directory.GetFiles(log).SelectMany(File.ReadLines)
            .Select(x => long.Parse(x.Split(' ')[2], CultureInfo.InvariantCulture)).Order().ToList();
        Directory.Delete(log, recursive: true);
        var perSecond = double.Parse(Rate().Match(output).Groups["number"].Value, CultureInfo.InvariantCulture);
        return new(latencies.Count, (long)(latencies.Count / perSecond * 1e6), latencies[latencies.Count / 2],
            latencies[(int)(latencies.Count * 0.99)],
            long.Parse(Failed().Match(output).Groups["number"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex(@"tps = (?<number>[\d.]+)")]
    private static partial Regex Rate();

    [GeneratedRegex(@"number of failed transactions: (?<number>\d+)")]
    private static partial Regex Failed();
}
