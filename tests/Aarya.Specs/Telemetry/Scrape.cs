using System.Globalization;
using System.Text.RegularExpressions;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Telemetry;

/// <summary>One number of a metric.</summary>
/// <param name="Name">With the ending of its kind: <c>_total</c>, <c>_bucket</c>, ...</param>
/// <param name="Labels">Its labels by name.</param>
/// <param name="Value">The number.</param>
public sealed record Sample(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    /// <summary>The series that Prometheus stores it in.</summary>
    public string Series =>
        $"{Name} {string.Join(",", Labels.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key}={x.Value}"))}";
}

/// <summary>What processes show on /metrics, as Prometheus reads it.</summary>
public sealed partial class Scrape
{
    private readonly List<Sample> samples = [];
    private readonly Dictionary<string, string> kinds = [];
    private readonly Dictionary<string, string> helps = [];

    /// <summary>The text of the last process that was read.</summary>
    public string Text { get; private set; } = "";

    public IReadOnlyList<Sample> Samples => samples;

    /// <summary>The kind of each metric: counter, gauge or histogram.</summary>
    public IReadOnlyDictionary<string, string> Kinds => kinds;

    /// <summary>The help text of each metric.</summary>
    public IReadOnlyDictionary<string, string> Helps => helps;

    /// <summary>Reads all processes of the shop.</summary>
    public static Task<Scrape> OfAsync(SplitShop shop) => OfAsync(shop, [.. shop.Roles]);

    /// <summary>Reads the processes of these roles.</summary>
    public static async Task<Scrape> OfAsync(SplitShop shop, params string[] roles)
    {
        var all = new Scrape();
        using var http = new HttpClient();
        foreach (var role in roles)
            all.Read(await http.GetStringAsync(new Uri(shop.OperatorsOf(role), "/metrics"), TestContext.Current.CancellationToken));
        return all;
    }

    /// <summary>The sum of the samples of this name with these labels.</summary>
    public double Sum(string name, params (string Label, string Value)[] labels) => Of(name, labels).Sum(x => x.Value);

    /// <summary>The samples of this name with these labels.</summary>
    public IEnumerable<Sample> Of(string name, params (string Label, string Value)[] labels) => samples.Where(x =>
        x.Name == name && labels.All(y => x.Labels.TryGetValue(y.Label, out var value) && value == y.Value));

    /// <summary>The names of the labels of a metric, but for the bounds of buckets.</summary>
    public IEnumerable<string> LabelsOf(string metric) => samples
        .Where(x => x.Name == metric || (kinds.GetValueOrDefault(metric) == "histogram" && x.Name == $"{metric}_bucket"))
        .SelectMany(x => x.Labels.Keys).Where(x => x != "le").Distinct().Order(StringComparer.Ordinal);

    private void Read(string text)
    {
        Text = text;
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith("# TYPE ", StringComparison.Ordinal) && line.Split(' ') is [_, _, var typed, var kind]) kinds[typed] = kind;
            else if (line.StartsWith("# HELP ", StringComparison.Ordinal) && line.Split(' ', 4) is [_, _, var named, var help])
                helps[named] = help;
            else if (line[0] != '#') samples.Add(Parse(line));
        }
    }

    private static Sample Parse(string line)
    {
        var match = Line().Match(line);
        Assert.True(match.Success, line);
        var labels = Label().Matches(match.Groups["labels"].Value).ToDictionary(x => x.Groups[1].Value, x => x.Groups[2].Value);
        return new(match.Groups["name"].Value, labels, double.Parse(match.Groups["value"].Value, CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("""^(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?<labels>.*)\})? (?<value>[^ ]+)( [0-9]+)?$""")]
    private static partial Regex Line();

    [GeneratedRegex("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex Label();
}
