using System.Globalization;

namespace Aarya.Infrastructure.Operators;

/// <summary>
/// A number of a process in Prometheus's
/// <see href="https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format">text format</see>.
/// </summary>
/// <param name="Name">With the ending of its kind: <c>_total</c>, <c>_bucket</c>, ...</param>
internal sealed record MetricLine(string Name, IReadOnlyDictionary<string, string> Labels, double Value)
{
    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>The lines with these names.</summary>
    public static IEnumerable<MetricLine> Of(string text, IReadOnlySet<string> names)
    {
        foreach (var line in text.Split('\n'))
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var end = line.AsSpan().IndexOfAny('{', ' ');
            if (end > 0 && names.Contains(line[..end])) yield return Parse(line, end);
        }
    }

    private static MetricLine Parse(string line, int end)
    {
        var at = end;
        var labels = line[at] == '{' ? ParseLabels(line, ref at) : NoLabels;
        var value = line.AsSpan(at).Trim(' ');
        // A time may follow.
        if (value.IndexOf(' ') is > 0 and var next) value = value[..next];
        return new(line[..end], labels, value switch
        {
            "+Inf" => double.PositiveInfinity,
            "-Inf" => double.NegativeInfinity,
            _ => double.Parse(value, CultureInfo.InvariantCulture),
        });
    }

    private static Dictionary<string, string> ParseLabels(string line, ref int at)
    {
        Dictionary<string, string> labels = new(StringComparer.Ordinal);
        at++;
        while (line[at] != '}')
        {
            var equals = line.IndexOf('=', at);
            var name = line[at..equals];
            var close = equals + 2;
            while (line[close] != '"') close += line[close] == '\\' ? 2 : 1;
            labels[name] = Unescaped(line[(equals + 2)..close]);
            at = close + 1;
            if (line[at] == ',') at++;
        }

        at++;
        return labels;
    }

    private static string Unescaped(string value) => value.Contains('\\', StringComparison.Ordinal)
        ? value.Replace("\\\\", "\0", StringComparison.Ordinal).Replace("\\\"", "\"", StringComparison.Ordinal)
            .Replace("\\n", "\n", StringComparison.Ordinal).Replace('\0', '\\')
        : value;
}
