namespace Aarya.Infrastructure.Redis;

/// <summary>Reads a text that is embedded next to the class that uses it, such as a script for Redis.</summary>
public static class EmbeddedText
{
    public static string Of<T>(string file) => Of(file, typeof(T));

    /// <summary>The same for a static class.</summary>
    public static string Of(string file, Type beside)
    {
        using var stream = beside.Assembly.GetManifestResourceStream(beside, file)
            ?? throw new InvalidOperationException($"{file} is not embedded next to {beside.FullName}.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
