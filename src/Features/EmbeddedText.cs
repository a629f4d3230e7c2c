namespace Aarya.Features;

/// <summary>A script that is embedded beside the class that runs it.</summary>
internal static class EmbeddedText
{
    public static string Of<T>(string file)
    {
        using var stream = typeof(T).Assembly.GetManifestResourceStream(typeof(T), file)
            ?? throw new InvalidOperationException($"{file} is not embedded beside {typeof(T).FullName}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
