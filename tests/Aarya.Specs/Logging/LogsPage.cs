using System.Text.Json;
using Aarya.Specs.Support;

namespace Aarya.Specs.Logging;

/// <summary>The table in docs/logs.md, compared with what the program writes.</summary>
internal static class LogsPage
{
    /// <summary>The page and these lines have the same fields; each line has those that are always there.</summary>
    public static void Check(IReadOnlyCollection<JsonElement> lines)
    {
        var rows = File.ReadAllLines(Repository.PathOf("docs/logs.md")).Where(x => x.StartsWith("| `", StringComparison.Ordinal))
            .Select(x => x.Split('|', StringSplitOptions.TrimEntries)).ToDictionary(x => x[1].Trim('`'), x => x[2]);
        Assert.All(lines, x => Assert.Distinct(x.EnumerateObject().Select(y => y.Name)));
        var seen = lines.SelectMany(x => x.EnumerateObject()).Select(x => x.Name).ToHashSet();

        // Ids other than that of an order have the same form.
        Assert.Equal([], seen.Except(rows.Keys).Where(x =>
            !(x.StartsWith("aarya.", StringComparison.Ordinal) && x.EndsWith(".id", StringComparison.Ordinal))));
        Assert.Equal([], rows.Where(x => x.Value != "with an exception").Select(x => x.Key).Except(seen));
        foreach (var always in rows.Where(x => x.Value == "always").Select(x => x.Key))
            Assert.All(lines, x => Assert.True(x.TryGetProperty(always, out _), $"{x} has no {always}."));
    }
}
