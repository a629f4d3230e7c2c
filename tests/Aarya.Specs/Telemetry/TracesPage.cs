using Aarya.Specs.Support;

namespace Aarya.Specs.Telemetry;

/// <summary>The list in docs/traces.md, compared with the spans that the program sends.</summary>
internal static class TracesPage
{
    /// <summary>The page has every kind of span with every attribute that was received, and no others.</summary>
    /// <param name="isSplit">False for one process.</param>
    public static void Check(IReadOnlyList<CollectedSpan> spans, bool isSplit)
    {
        var rows = Kinds(File.ReadAllText(Repository.PathOf("docs/traces.md")));
        var seen = spans.GroupBy(x => $"`{x.Source}` {x.Kind}")
            .ToDictionary(x => x.Key, x => x.SelectMany(y => y.Attributes.Keys).ToHashSet());

        var missing = seen.Where(x => !rows.ContainsKey(x.Key))
            .Select(x => $"### {x.Key}\n\n- always: {string.Join(", ", x.Value.Order())}");
        Assert.True(!missing.Any(), $"docs/traces.md lacks:\n{string.Join('\n', missing.Order())}");
        // Calls between contexts go over sockets, or stay in the process.
        Assert.Equal(isSplit ? ["`Aarya` internal"] : ["`OpenTelemetry.Instrumentation.GrpcNetClient` client"],
            rows.Keys.Except(seen.Keys));
        foreach (var (kind, attributes) in seen)
        {
            Assert.True(attributes.IsSubsetOf([.. rows[kind].Always, .. rows[kind].Sometimes]),
                $"docs/traces.md lacks {kind}: {string.Join(", ", attributes.Except(rows[kind].Always).Except(rows[kind].Sometimes))}");
        }

        foreach (var span in spans)
        {
            var lacking = rows[$"`{span.Source}` {span.Kind}"].Always.Except(span.Attributes.Keys).ToList();
            Assert.True(lacking.Count == 0, $"No {string.Join(", ", lacking)}, which docs/traces.md lists, in {span}.");
        }
    }

    // By "`source` kind".
    private static Dictionary<string, (HashSet<string> Always, HashSet<string> Sometimes)> Kinds(string page) =>
        page.Split("\n### ").Skip(1)
            .ToDictionary(x => x[..x.IndexOf('\n', StringComparison.Ordinal)], x => (Words(x, "always"), Words(x, "sometimes")));

    // The list may be broken into several lines.
    private static HashSet<string> Words(string section, string label) => section.Split($"- {label}: ") is [_, var list]
        ? [.. list.Split("\n- ")[0].Split([',', ' ', '\n'], StringSplitOptions.RemoveEmptyEntries)]
        : [];
}
