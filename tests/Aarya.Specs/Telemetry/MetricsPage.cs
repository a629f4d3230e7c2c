using Aarya.Specs.Support;

namespace Aarya.Specs.Telemetry;

/// <summary>The table in docs/metrics.md, compared with what the program shows.</summary>
internal static class MetricsPage
{
    private static readonly string Page = Repository.PathOf("docs/metrics.md");

    /// <summary>The page has every metric that was read, as it was read, and no others but those that begin like these.</summary>
    public static async Task CheckAsync(Scrape metrics, params string[] others)
    {
        var shown = metrics.Kinds.Select(x =>
            $"| `{x.Key}` | {x.Value} | {string.Join(", ", metrics.LabelsOf(x.Key))} | {metrics.Helps[x.Key]} |").ToHashSet();
        var lines = await File.ReadAllLinesAsync(Page, TestContext.Current.CancellationToken);
        var page = lines.Where(x => x.StartsWith("| `", StringComparison.Ordinal)).ToHashSet();

        Assert.True(shown.IsSubsetOf(page),
            $"docs/metrics.md lacks or describes differently:\n{string.Join('\n', shown.Except(page).Order())}");
        var absent = page.Except(shown).Where(x => !others.Any(y => x.StartsWith($"| `{y}", StringComparison.Ordinal)));
        Assert.True(!absent.Any(), $"The program does not show what docs/metrics.md lists:\n{string.Join('\n', absent.Order())}");
    }
}
