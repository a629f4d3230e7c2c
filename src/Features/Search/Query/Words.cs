using System.Text;

namespace Aarya.Features.Search.Query;

/// <summary>The words of what somebody typed, and which of the shop's words they may have meant.</summary>
public static class Words
{
    private const int Most = 10;
    private const int Longest = 40;

    private static readonly HashSet<string> Filler = new(StringComparer.Ordinal)
    {
        "a", "an", "and", "at", "by", "for", "from", "i", "in", "is", "me", "my", "of", "on", "or", "the", "to", "with",
    };

    /// <summary>Letters and digits, lower case, without the words that say nothing; those too when there are no others.</summary>
    public static IReadOnlyList<string> Of(string text)
    {
        List<string> words = [];
        var word = new StringBuilder();
        foreach (var c in text.Normalize().ToLowerInvariant().Append(' '))
        {
            if (char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is System.Globalization.UnicodeCategory.NonSpacingMark or System.Globalization.UnicodeCategory.SpacingCombiningMark)
            {
                if (word.Length < Longest) word.Append(c);
                continue;
            }

            if (word.Length > 0 && words.Count < Most) words.Add(word.ToString());
            word.Clear();
        }

        return words.Exists(x => !Filler.Contains(x)) ? words.FindAll(x => !Filler.Contains(x)) : words;
    }

    /// <summary>The one of the shop's words that is nearest, if it is near: one slip in a short word, two in a longer one.</summary>
    public static string? Nearest(string typed, IEnumerable<string> known)
    {
        var slips = typed.Length switch { < 3 => 0, < 6 => 1, _ => 2 };
        return known.Select(x => (Word: x, Distance: Distance(typed, x)))
            .Where(x => x.Distance <= slips)
            .OrderBy(x => x.Distance).ThenBy(x => x.Word[0] == typed[0] ? 0 : 1).ThenBy(x => Math.Abs(x.Word.Length - typed.Length)).ThenBy(x => x.Word, StringComparer.Ordinal)
            .Select(x => x.Word).FirstOrDefault();
    }

    // Slips of the finger: a letter too much, too few, a wrong one, or two that changed places (Damerau, 1964).
    private static int Distance(string a, string b)
    {
        if (Math.Abs(a.Length - b.Length) > 2) return int.MaxValue;
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var cost = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + cost);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
