using System.Text;
using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Writes OpenMetrics 1.0, the format that allows exemplars. Prometheus asks for it. Names and labels are the same as in the text format.
/// </summary>
internal static class OpenMetricsText
{
    public const string ContentType = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    private const string Type = "# TYPE ";
    private const string Help = "# HELP ";
    private const string Total = "_total";

    /// <summary>True when the reader of this request understands it.</summary>
    public static bool IsAskedFor(HttpRequest request) =>
        request.Headers.Accept.ToString().Contains("application/openmetrics-text", StringComparison.Ordinal);

    /// <summary>The same numbers in this format, in which the metadata of a counter name it without its ending.</summary>
    /// <param name="text">Prometheus' text format, with exemplars or without.</param>
    public static string Of(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var counters = lines.Where(x => x.StartsWith(Type, StringComparison.Ordinal) && x.EndsWith(" counter", StringComparison.Ordinal))
            .Select(x => x.Split(' ')[2]).Where(x => x.EndsWith(Total, StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
        var written = new StringBuilder(text.Length);
        foreach (var line in lines)
        {
            var isMetadata = line.StartsWith(Type, StringComparison.Ordinal) || line.StartsWith(Help, StringComparison.Ordinal);
            if (line[0] == '#' && !isMetadata) continue;
            if (isMetadata && line.Split(' ', 4) is [var hash, var kind, var name, var rest] && counters.Contains(name))
                written.Append($"{hash} {kind} {name[..^Total.Length]} {rest}\n");
            else
                written.Append(line).Append('\n');
        }

        return written.Append("# EOF\n").ToString();
    }
}
