namespace Aarya.Features.Search.Engine;

/// <summary>A part of a text.</summary>
/// <param name="Start">How many UTF-16 units are before it.</param>
/// <param name="Length">In UTF-16 units.</param>
public readonly record struct TextPart(int Start, int Length);

/// <summary>Finds the words of a name that a search found it by: the words of the search, their forms, beginnings and synonyms.</summary>
internal sealed class Highlights(SoughtText text)
{
    private readonly HashSet<string> words =
        [.. text.Terms.SelectMany(x => x.Complete).SelectMany(Complete).SelectMany(x => new[] { x, EnglishStem.Of(x) })];

    private readonly string[] beginnings =
        [.. text.Terms.SelectMany(x => x.Any).Where(x => x.IsPrefix).Select(x => x.Words[^1]).Distinct(StringComparer.Ordinal)];

    /// <summary>The words of the name in its order, without the signs around them.</summary>
    public IReadOnlyList<TextPart> In(string name)
    {
        List<TextPart> parts = [];
        for (var at = 0; at < name.Length; at++)
        {
            var start = at;
            while (at < name.Length && !char.IsWhiteSpace(name[at])) at++;
            var word = name.AsSpan(start, at - start);
            if (Words.Of(word.ToString()).Any(IsFound)) parts.Add(WithoutSigns(word, start));
        }

        return parts;
    }

    private static IEnumerable<string> Complete(Phrase phrase) => phrase.IsPrefix ? phrase.Words.SkipLast(1) : phrase.Words;

    private bool IsFound(Word word) => word.Parts.Append(word.Joined).Any(x =>
        words.Contains(x) || words.Contains(EnglishStem.Of(x)) || Array.Exists(beginnings, y => x.StartsWith(y, StringComparison.Ordinal)));

    private static TextPart WithoutSigns(ReadOnlySpan<char> word, int start)
    {
        var (from, to) = (0, word.Length);
        while (from < to - 1 && IsSign(word[from])) from++;
        while (to > from + 1 && IsSign(word[to - 1])) to--;
        return new(start + from, to - from);
    }

    private static bool IsSign(char x) => char.IsPunctuation(x) || char.IsSymbol(x);
}
