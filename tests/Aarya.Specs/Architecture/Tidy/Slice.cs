using System.Text.RegularExpressions;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Architecture.Tidy;

/// <summary>A file of the features that holds an endpoint or a handler.</summary>
/// <param name="Path">Below src/Features.</param>
/// <param name="Types">The names of its classes of endpoints and handlers.</param>
internal sealed partial record Slice(string Path, int Endpoints, int Handlings, IReadOnlyList<string> Types)
{
    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Namespace => $"Aarya.Features.{System.IO.Path.GetDirectoryName(Path)!.Replace('/', '.')}";

    public string SpecPath => $"tests/Aarya.Specs/{Path[..^".cs".Length]}Spec.cs";

    public static IEnumerable<Slice> All()
    {
        var root = Repository.PathOf("src/Features");
        foreach (var file in Repository.Sources().Where(x => x.StartsWith(root, StringComparison.Ordinal)))
        {
            var source = File.ReadAllText(file);
            var endpoints = Endpoint().Count(source);
            var types = Deed().Matches(source).Select(x => x.Groups["name"].Value).ToList();
            var handlings = types.Any(x => x.EndsWith("Handler", StringComparison.Ordinal)) ? Handling().Count(source) : 0;
            if (endpoints + handlings > 0) yield return new(System.IO.Path.GetRelativePath(root, file), endpoints, handlings, types);
        }
    }

    [GeneratedRegex(@"\[Wolverine(?:Get|Post|Put|Patch|Delete|Head)\(")]
    private static partial Regex Endpoint();

    [GeneratedRegex(@"^public (?:static |sealed |partial )*class (?<name>\w+(?:Endpoint|Handler))\b", RegexOptions.Multiline)]
    private static partial Regex Deed();

    [GeneratedRegex(@"^    public (?:static |async )*[^=;{]*?\bHandle(?:Async)?\(", RegexOptions.Multiline)]
    private static partial Regex Handling();
}
