using System.Globalization;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

/// <summary>The form that every file of the repository keeps, whoever writes it.</summary>
public sealed class TidySpec
{
    private const int Columns = 140;
    private static readonly string[] Rooms = ["src", "tests", "bench", "deploy", "docs", "protos", ".ci"];
    private static readonly string[] Kinds = [".cs", ".csproj", ".props", ".proto", ".sh", ".lua", ".sql", ".md", ""];

    [Fact]
    public void no_line_is_too_tooLongto_be_read_beside_another()
    {
        var files = Files().ToList();
        Assert.Contains(files, x => x.EndsWith("TidySpec.cs", StringComparison.Ordinal));
        Assert.Contains(files, x => x.EndsWith("README.md", StringComparison.Ordinal));
        var tooLong = files.SelectMany(TooLong).ToList();
        Assert.True(tooLong.Count == 0, $"Break these lines at {Columns} columns:\n{string.Join('\n', tooLong)}");
    }

    private static IEnumerable<string> Files() =>
        Rooms.Select(Repository.PathOf).Where(Directory.Exists)
            .SelectMany(x => Directory.EnumerateFiles(x, "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Repository.Root))
            .Where(x => Kinds.Contains(Path.GetExtension(x)) && !IsMade(x));

    private static bool IsMade(string path) =>
        path.Contains("/obj/", StringComparison.Ordinal) || path.Contains("/bin/", StringComparison.Ordinal)
        || path.Contains("/Internal/Generated/", StringComparison.Ordinal);

    // A row of a table cannot be broken.
    private static IEnumerable<string> TooLong(string path) =>
        File.ReadLines(path).Select((line, at) => (Line: line, Number: at + 1))
            .Where(x => new StringInfo(x.Line).LengthInTextElements > Columns)
            .Where(x => !(path.EndsWith(".md", StringComparison.Ordinal) && x.Line.StartsWith('|')))
            .Select(x => $"{Path.GetRelativePath(Repository.Root, path)}:{x.Number}");
}
