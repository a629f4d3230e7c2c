using System.Globalization;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Units;

/// <summary>The memory of a server with 16 GB, as docs/operations.md divides it.</summary>
internal static partial class MemoryOfServer
{
    /// <summary>MB by part.</summary>
    public static IReadOnlyDictionary<string, int> Budget()
    {
        var operations = File.ReadAllText(Repository.PathOf("docs/operations.md"));
        var section = operations[operations.IndexOf("## The memory of a server with 16 GB", StringComparison.Ordinal)..];
        section = section[..section.IndexOf("\n## ", 4, StringComparison.Ordinal)];
        return Line().Matches(section).ToDictionary(
            x => x.Groups["part"].Value, x => int.Parse(x.Groups["mb"].Value, CultureInfo.InvariantCulture), StringComparer.Ordinal);
    }

    [GeneratedRegex(@"^\| (?<part>[^|]+?) \| (?<mb>[0-9]+) \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Line();
}
