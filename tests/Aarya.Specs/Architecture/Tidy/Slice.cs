using System.Text.RegularExpressions;
using Aarya.Specs.Support;
using Mono.Cecil;

namespace Aarya.Specs.Architecture.Tidy;

/// <summary>A file of the features that holds an endpoint or a handler.</summary>
/// <param name="Path">Below src/Features.</param>
/// <param name="Types">The names of its classes of endpoints and handlers.</param>
internal sealed partial record Slice(string Path, int Endpoints, int Handlings, IReadOnlyList<string> Types)
{
    // Wolverine's conventions.
    private static readonly string[] HandlerSuffixes = ["Handler", "Consumer"];
    private static readonly string[] HandlerMethods = ["Handle", "HandleAsync", "Handles", "Consume", "ConsumeAsync", "Consumes"];

    public string Name => System.IO.Path.GetFileNameWithoutExtension(Path);

    public string Namespace => $"Aarya.Features.{System.IO.Path.GetDirectoryName(Path)!.Replace('/', '.')}";

    /// <summary>The full name of its spec.</summary>
    public string SpecName => $"Aarya.Specs.{Path[..^".cs".Length].Replace('/', '.')}Spec";

    /// <summary>Whether Wolverine takes this compiled class for endpoints or for a handler of messages.</summary>
    public static bool IsOne(TypeDefinition type) => type.IsPublic && type.Methods.Any(x => x.IsPublic
        && (x.CustomAttributes.Any(y => y.AttributeType.FullName.StartsWith("Wolverine.Http.Wolverine", StringComparison.Ordinal))
            || (HandlerSuffixes.Any(y => type.Name.EndsWith(y, StringComparison.Ordinal)) && HandlerMethods.Contains(x.Name))));

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
