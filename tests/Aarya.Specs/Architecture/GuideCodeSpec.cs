using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Architecture;

/// <summary>
/// The code in the guides is the code of the shop: each block follows a link to its file, and has the file's lines. A line of three dots
/// leaves lines of the file out.
/// </summary>
public sealed partial class GuideCodeSpec
{
    [Theory]
    [InlineData("README.md", 1)]
    [InlineData("docs/adding-a-slice.md", 10)]
    public void every_block_of_code_in_a_guide_is_a_part_of_the_file_that_it_names(string page, int atLeast)
    {
        var blocks = BlocksOf(page, File.ReadAllText(Repository.PathOf(page)));

        Assert.True(blocks.Count >= atLeast, $"{page} has only {blocks.Count} blocks of code.");
        Assert.Empty(blocks.Select(FaultOf).OfType<string>());
    }

    [Theory]
    [InlineData("The [roles](src/Features/Roles.cs):", "public const string Core = \"core\";", null)]
    [InlineData("[code](src/Features/Roles.cs)", "namespace Aarya.Features;\n// ...\npublic const string Search = \"search\";", null)]
    [InlineData("[code](src/Features/Roles.cs)", "public const string Search = \"search\";\n...\nnamespace Aarya.Features;", "namespace")]
    [InlineData("[code](src/Features/Roles.cs)", "public const string Core = \"heart\";", "heart")]
    [InlineData("[code](src/Features/Roles.cs)", "namespace Aarya.Features;\npublic const string Core = \"core\";", "namespace")]
    [InlineData("[code](src/Features/Nothing.cs)", "namespace Aarya.Features;", "does not exist")]
    [InlineData("This is the code:", "namespace Aarya.Features;", "names no file")]
    public void a_block_that_is_not_in_its_file_is_found(string above, string code, string? fault)
    {
        var block = Assert.Single(BlocksOf("README.md", $"Text.\n\n{above}\n\n```csharp\n{code}\n```\n"));

        if (fault is null) Assert.Null(FaultOf(block));
        else Assert.Contains(fault, FaultOf(block), StringComparison.Ordinal);
    }

    // A diagram is no code.
    private static List<Block> BlocksOf(string page, string text) =>
    [
        .. from Match fence in Fence().Matches(text)
           where fence.Groups["language"].Value != "mermaid"
           let above = text[..fence.Index].TrimEnd().Split('\n')[^1]
           select new Block(page, FileName().Match(above).Groups["file"].Value, fence.Groups["code"].Value),
    ];

    private static string? FaultOf(Block block)
    {
        if (block.File.Length == 0) return $"{block.Page}: the line above this block names no file: {block.Parts[0][0]}";
        var path = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Repository.PathOf(block.Page))!, block.File));
        if (!File.Exists(path)) return $"{block.Page}: {block.File} does not exist";
        string[] lines = [.. File.ReadLines(path).Select(x => x.Trim())];
        var at = 0;
        foreach (var part in block.Parts)
        {
            var found = Enumerable.Range(at, Math.Max(0, lines.Length - at - part.Length + 1))
                .Where(x => lines.AsSpan(x, part.Length).SequenceEqual(part)).Cast<int?>().FirstOrDefault();
            if (found is null) return $"{block.Page}: these lines are not in {block.File}, in this order:\n{string.Join('\n', part)}";
            at = found.Value + part.Length;
        }

        return null;
    }

    private sealed record Block(string Page, string File, string Code)
    {
        /// <summary>The runs of lines between the lines that leave something out, without their indentation.</summary>
        public IReadOnlyList<string[]> Parts { get; } =
            [.. Omission().Split(Code).Select(x => x.Trim('\n').Split('\n').Select(y => y.Trim()).ToArray()).Where(x => x is not [""])];
    }

    [GeneratedRegex("^```(?<language>[a-z]*)\\n(?<code>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    // A link's target.
    [GeneratedRegex(@"\]\((?<file>[\w./-]+\.\w+)\)")]
    private static partial Regex FileName();

    [GeneratedRegex(@"^[ \t]*(?:// )?\.\.\.[ \t]*$", RegexOptions.Multiline)]
    private static partial Regex Omission();
}
