using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;

namespace Aarya.Infrastructure.Logging;

/// <summary>The names that loggers can have: nearly every logger is named after the class that writes to it.</summary>
internal static class LoggerNames
{
    private static IEnumerable<string> Assemblies =>
        ((string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "").Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);

    /// <summary>
    /// True when the name of some class of the program, of its libraries or of .NET is this one, or begins with it up to a dot.
    /// </summary>
    public static bool HaveClass(string category) => Assemblies.SelectMany(ClassesOf).Any(x =>
        x.StartsWith(category, StringComparison.OrdinalIgnoreCase) && (x.Length == category.Length || x[category.Length] == '.'));

    // The metadata alone: to load an assembly takes longer, and some cannot be loaded.
    private static List<string> ClassesOf(string assembly)
    {
        using var reader = new PEReader(File.OpenRead(assembly));
        if (!reader.HasMetadata) return [];
        var metadata = reader.GetMetadataReader();
        return
        [
            .. metadata.TypeDefinitions.Select(metadata.GetTypeDefinition)
                .Select(x => $"{metadata.GetString(x.Namespace)}.{metadata.GetString(x.Name)}"),
        ];
    }
}
