namespace Aarya.Features;

/// <summary>Reads a script that is embedded next to the class that runs it.</summary>
internal static class EmbeddedText
{
    public static string Of<T>(string file)
    {
        using var stream = typeof(T).Assembly.GetManifestResourceStream(typeof(T), file)
            ?? throw new InvalidOperationException($"{file} is not embedded next to {typeof(T).FullName}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
