using Aarya.Specs.Support;

namespace Aarya.Specs.Telemetry;

/// <summary>The table in docs/metrics.md, compared with what the program shows.</summary>
internal static class MetricsPage
{
    private static readonly string Page = Repository.PathOf("docs/metrics.md");

    /// <summary>The metrics that the page lists.</summary>
    public static IReadOnlyDictionary<string, ListedMetric> Metrics { get; } = Rows(File.ReadAllLines(Page))
        .Select(x => x.Split('|', StringSplitOptions.TrimEntries))
        .ToDictionary(x => x[1].Trim('`'), x => new ListedMetric(x[2], x[3].Split(", ")));

    /// <summary>The page has every metric that was read, as it was read, and no others but those that begin like these.</summary>
    public static async Task CheckAsync(Scrape metrics, params string[] others)
    {
        var shown = metrics.Kinds.Select(x =>
            $"| `{x.Key}` | {x.Value} | {string.Join(", ", metrics.LabelsOf(x.Key))} | {metrics.Helps[x.Key]} |").ToHashSet();
        var lines = await File.ReadAllLinesAsync(Page, TestContext.Current.CancellationToken);
        var page = Rows(lines).ToHashSet();

        Assert.True(shown.IsSubsetOf(page),
            $"docs/metrics.md lacks or describes differently:\n{string.Join('\n', shown.Except(page).Order())}");
        var absent = page.Except(shown).Where(x => !others.Any(y => x.StartsWith($"| `{y}", StringComparison.Ordinal)));
        Assert.True(!absent.Any(), $"The program does not show what docs/metrics.md lists:\n{string.Join('\n', absent.Order())}");
    }

    private static IEnumerable<string> Rows(IEnumerable<string> lines) => lines.Where(x => x.StartsWith("| `", StringComparison.Ordinal));
}

/// <param name="Kind">counter, gauge or histogram.</param>
internal sealed record ListedMetric(string Kind, IReadOnlyList<string> Labels);
