using System.Collections.Frozen;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// The stem of an English word: <c>shirts</c> and <c>shirt</c> have one. Porter's second algorithm
/// (https://snowballstem.org/algorithms/english/stemmer.html), as PostgreSQL's <c>english_stem</c> has it, so that the stems of a query are
/// those in the index.
/// </summary>
public static class EnglishStem
{
    private static readonly FrozenDictionary<string, string> Irregular = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["skis"] = "ski",
        ["skies"] = "sky",
        ["dying"] = "die",
        ["lying"] = "lie",
        ["tying"] = "tie",
        ["idly"] = "idl",
        ["gently"] = "gentl",
        ["ugly"] = "ugli",
        ["early"] = "earli",
        ["only"] = "onli",
        ["singly"] = "singl",
        ["sky"] = "sky",
        ["news"] = "news",
        ["howe"] = "howe",
        ["atlas"] = "atlas",
        ["cosmos"] = "cosmos",
        ["bias"] = "bias",
        ["andes"] = "andes",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    // Without their plural s they are stems already.
    private static readonly FrozenSet<string> Whole = new[]
    {
        "inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed",
    }.ToFrozenSet(StringComparer.Ordinal);

    // What the first region begins after, whatever its letters.
    private static readonly string[] Beginnings = ["gener", "commun", "arsen"];

    // Each step takes the longest ending that the word has, so the longer of two with one end comes first.
    private static readonly (string Ending, string Instead)[] Second =
    [
        ("ational", "ate"), ("ization", "ize"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"), ("tional", "tion"),
        ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"), ("aliti", "al"), ("ousli", "ous"),
        ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"), ("izer", "ize"), ("ator", "ate"),
        ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
    ];

    private static readonly (string Ending, string Instead)[] Third =
    [
        ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""), ("ical", "ic"),
        ("ness", ""), ("ful", ""),
    ];

    private static readonly string[] Fourth =
    [
        "ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al", "er", "ic",
    ];

    public static string Of(string word)
    {
        if (Irregular.TryGetValue(word, out var known)) return known;
        return word.Length < 3 ? word : new Stem(word).Find();
    }

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u' or 'y';

    private static int RegionAfter(string text, int from)
    {
        var at = from;
        while (at < text.Length && !IsVowel(text[at])) at++;
        while (at < text.Length && IsVowel(text[at])) at++;
        return Math.Min(at + 1, text.Length);
    }

    private sealed class Stem
    {
        private readonly int first;
        private readonly int second;
        private string text;

        public Stem(string word)
        {
            // A y that is a consonant becomes a Y.
            var letters = word.ToCharArray();
            for (var i = 0; i < letters.Length; i++)
            {
                if (letters[i] == 'y' && (i == 0 || IsVowel(letters[i - 1]))) letters[i] = 'Y';
            }

            text = new(letters);
            first = Array.Find(Beginnings, x => text.StartsWith(x, StringComparison.Ordinal))?.Length ?? RegionAfter(text, 0);
            second = RegionAfter(text, first);
        }

        public string Find()
        {
            Plural();
            if (Whole.Contains(text)) return text;
            Past();
            FinalY();
            InFirst(Second);
            InFirst(Third);
            InSecond();
            FinalLetter();
            return text.Replace('Y', 'y');
        }

        private void Plural()
        {
            if (Ends("sses")) Cut(2);
            else if (Ends("ied") || Ends("ies")) Cut(text.Length > 4 ? 2 : 1);
            else if (Ends("us") || Ends("ss")) return;
            else if (Ends("s") && HasVowel(text.Length - 2)) Cut(1);
        }

        private void Past()
        {
            foreach (var ending in new[] { "eedly", "ingly", "edly", "eed", "ing", "ed" })
            {
                if (!Ends(ending)) continue;
                var stem = text.Length - ending.Length;
                if (ending is "eed" or "eedly")
                {
                    if (stem >= first) text = $"{text[..stem]}ee";
                    return;
                }

                if (!HasVowel(stem)) return;
                text = text[..stem];
                if (Ends("at") || Ends("bl") || Ends("iz")) text += "e";
                else if (EndsInDouble()) Cut(1);
                else if (text.Length == first && EndsInShort(text.Length)) text += "e";
                return;
            }
        }

        private void FinalY()
        {
            if (text.Length > 2 && text[^1] is 'y' or 'Y' && !IsVowel(text[^2])) text = $"{text[..^1]}i";
        }

        private void InFirst((string Ending, string Instead)[] step)
        {
            foreach (var (ending, instead) in step)
            {
                if (!Ends(ending)) continue;
                var stem = text.Length - ending.Length;
                if (stem < first || !Applies(ending, stem)) return;
                text = text[..stem] + instead;
                return;
            }
        }

        private bool Applies(string ending, int stem) => ending switch
        {
            "ogi" => stem > 0 && text[stem - 1] == 'l',
            "li" => stem > 0 && text[stem - 1] is 'c' or 'd' or 'e' or 'g' or 'h' or 'k' or 'm' or 'n' or 'r' or 't',
            "ative" => stem >= second,
            _ => true,
        };

        private void InSecond()
        {
            foreach (var ending in Fourth)
            {
                if (!Ends(ending)) continue;
                var stem = text.Length - ending.Length;
                if (stem >= second && (ending != "ion" || (stem > 0 && text[stem - 1] is 's' or 't'))) text = text[..stem];
                return;
            }
        }

        private void FinalLetter()
        {
            var at = text.Length - 1;
            if (Ends("e") && (at >= second || (at >= first && !EndsInShort(at)))) Cut(1);
            else if (Ends("ll") && at >= second) Cut(1);
        }

        private bool Ends(string ending) => text.EndsWith(ending, StringComparison.Ordinal);

        private void Cut(int letters) => text = text[..^letters];

        // Before this place.
        private bool HasVowel(int before)
        {
            for (var i = 0; i < before; i++)
            {
                if (IsVowel(text[i])) return true;
            }

            return false;
        }

        private bool EndsInDouble() =>
            text.Length > 1 && text[^1] == text[^2] && text[^1] is 'b' or 'd' or 'f' or 'g' or 'm' or 'n' or 'p' or 'r' or 't';

        // The part before this place ends in a short syllable.
        private bool EndsInShort(int end)
        {
            if (end < 2 || IsVowel(text[end - 1]) || !IsVowel(text[end - 2])) return false;
            return end == 2 || (text[end - 1] is not ('w' or 'x' or 'Y') && !IsVowel(text[end - 3]));
        }
    }
}
