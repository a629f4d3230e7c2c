using System.Globalization;
using System.Text.Json;

namespace Aarya.Bench;

/// <param name="Cores">Cores that the measured process kept busy; null where the floor is not a process of ours.</param>
public sealed record Measured(double PerSecond, double P50Ms, double P99Ms, long Errors, double? Cores, double? Megabytes)
{
    /// <summary>Purchases confirmed per second, until the last one was confirmed; null for paths without purchases.</summary>
    public double? ConfirmedPerSecond { get; init; }

    public static Measured Of(Load load, (double Cores, double Megabytes)? used = null) =>
        new(load.PerSecond, load.P50 / 1000.0, load.P99 / 1000.0, load.Errors, used?.Cores, used?.Megabytes);

    public static Measured Median(IReadOnlyList<Measured> runs) => new(
        Middle(runs.Select(x => x.PerSecond)), Middle(runs.Select(x => x.P50Ms)), Middle(runs.Select(x => x.P99Ms)),
        runs.Sum(x => x.Errors),
        runs[0].Cores is null ? null : Middle(runs.Select(x => x.Cores!.Value)),
        runs[0].Megabytes is null ? null : Middle(runs.Select(x => x.Megabytes!.Value)))
    {
        ConfirmedPerSecond = runs[0].ConfirmedPerSecond is null ? null : Middle(runs.Select(x => x.ConfirmedPerSecond!.Value)),
    };

    private static double Middle(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return sorted.Count % 2 == 1 ? sorted[sorted.Count / 2] : (sorted[sorted.Count / 2 - 1] + sorted[sorted.Count / 2]) / 2;
    }
}

/// <summary>One path and its floor, measured in turns within one run.</summary>
/// <param name="Aim">The ratio that the path should reach.</param>
public sealed record PathReport(string Name, string Floor, double Aim, IReadOnlyList<Measured> Runs, IReadOnlyList<Measured> FloorRuns)
{
    public Measured Path { get; } = Measured.Median(Runs);

    public Measured Bottom { get; } = Measured.Median(FloorRuns);

    public double Ratio => Path.PerSecond / Bottom.PerSecond;

    public long Errors => Path.Errors + Bottom.Errors;
}

public static class Report
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Print(PathReport report)
    {
        Console.WriteLine();
        Console.WriteLine(report.Name);
        Console.WriteLine($"  {"",-34}{"req/s",10}{"p50 ms",9}{"p99 ms",9}{"cores",7}{"MB",7}{"errors",8}");
        Line("the shop", report.Path);
        Line(report.Floor, report.Bottom);
        if (report.Path.ConfirmedPerSecond is { } confirmed)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  {"confirmed purchases per second",-34}{confirmed,10:0}"));
        Console.WriteLine(report.Errors > 0
            ? "  invalid run: there were errors"
            : string.Create(CultureInfo.InvariantCulture,
                $"  ratio {report.Ratio:0.00} (aim {report.Aim:0.##}), medians of {report.Runs.Count} runs in turns"));
    }

    private static void Line(string who, Measured x)
    {
        var cores = x.Cores?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-";
        var megabytes = x.Megabytes?.ToString("0", CultureInfo.InvariantCulture) ?? "-";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"  {who,-34}{x.PerSecond,10:0}{x.P50Ms,9:0.00}{x.P99Ms,9:0.00}{cores,7}{megabytes,7}{x.Errors,8}"));
    }

    public static void Save(IReadOnlyList<PathReport> reports, IReadOnlyList<FigureReport> figures, string folder)
    {
        Directory.CreateDirectory(folder);
        var file = Path.Combine(folder, $"bench-{DateTime.UtcNow:yyyyMMdd-HHmmss}.json");
        File.WriteAllText(file, JsonSerializer.Serialize(new
        {
            at = DateTimeOffset.UtcNow,
            cores = Environment.ProcessorCount,
            runtime = System.Runtime.InteropServices.RuntimeInformation.FrameworkDescription,
            os = System.Runtime.InteropServices.RuntimeInformation.OSDescription,
            paths =
                reports.Select(x => new
                {
                    x.Name,
                    beside = x.Floor,
                    x.Aim,
                    x.Ratio,
                    shop = x.Path,
                    floor = x.Bottom,
                    x.Errors,
                    shopRuns = x.Runs,
                    floorRuns = x.FloorRuns,
                }),
            figures,
        }, Json));
        Console.WriteLine();
        Console.WriteLine($"Written to {file}");
    }
}
