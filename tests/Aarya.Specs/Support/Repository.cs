namespace Aarya.Specs.Support;

/// <summary>The clone that the specs were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    public static string PathOf(string path) => Path.Combine(Root, path);

    /// <summary>The program's own C# sources.</summary>
    public static IEnumerable<string> Sources() =>
        Directory.EnumerateFiles(PathOf("src"), "*.cs", SearchOption.AllDirectories)
            .Where(x => !x.Contains("/obj/", StringComparison.Ordinal) && !x.Contains("/bin/", StringComparison.Ordinal)
                && !x.Contains("/Internal/Generated/", StringComparison.Ordinal));

    private static string Find()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "Aarya.sln"))) folder = folder.Parent!;
        return folder.FullName;
    }
}
