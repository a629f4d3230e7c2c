namespace Aarya.Fuzz;

internal static class RandomPick
{
    private const string Strange = "!%= é\u200b/+-_.~\"";

    /// <summary>One of the elements.</summary>
    public static T Pick<T>(this Random random, IReadOnlyList<T> from) => from[random.Next(from.Count)];

    /// <summary>The text with one other character: a token, cursor or id of the right length that no answer contained.</summary>
    public static string Bend(this Random random, string text)
    {
        if (text.Length == 0) return "!";
        var at = random.Next(text.Length);
        return $"{text[..at]}{Strange[random.Next(Strange.Length)]}{text[(at + 1)..]}";
    }
}
