using System.Reflection;

namespace Aarya.Features.Content.Letters;

/// <summary>One template: <c>en/order_packed</c> is a letter in English, <c>html/button</c> a piece of all letters in HTML.</summary>
public sealed record LetterFile(string Path, string Content);

/// <summary>The templates in this room, which the build puts into the program.</summary>
public static class LetterFiles
{
    private const string Root = "letters/";

    public static IReadOnlyList<LetterFile> All { get; } = [.. Read()];

    private static IEnumerable<LetterFile> Read()
    {
        var assembly = Assembly.GetExecutingAssembly();
        foreach (var name in assembly.GetManifestResourceNames().Where(x => x.StartsWith(Root, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            yield return new(name[Root.Length..], reader.ReadToEnd());
        }
    }
}
