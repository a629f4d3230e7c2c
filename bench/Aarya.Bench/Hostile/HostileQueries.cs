using System.Globalization;
using System.Text;

namespace Aarya.Bench.Hostile;

/// <param name="Kind">What is hostile about it.</param>
/// <param name="Path">The path and the query of the request.</param>
public sealed record HostileQuery(string Kind, string Path);

/// <summary>Requests to search and suggest that nobody means well, of each kind some, always the same ones for the same words.</summary>
/// <remarks>Each text is sent to both; the filters and cursors only to search.</remarks>
public sealed class HostileQueries(IReadOnlyList<string> words)
{
    private const int LongestText = 200;

    private readonly Random random = new(1);

    /// <summary>All of them.</summary>
    /// <param name="each">How many of each kind that is made by chance.</param>
    public IEnumerable<HostileQuery> All(int each)
    {
        foreach (var (kind, text) in Texts(each))
        {
            var typed = Uri.EscapeDataString(text);
            yield return new(kind, $"/api/search?q={typed}");
            yield return new(kind, $"/api/search/suggest?q={typed}");
        }

        foreach (var raw in Raw)
        {
            yield return new("broken escapes", $"/api/search?q={raw}");
            yield return new("broken escapes", $"/api/search/suggest?q={raw}");
        }

        for (var i = 0; i < each; i++) yield return new("filters", Filtered(i));
    }

    /// <summary>The texts alone.</summary>
    public IEnumerable<(string Kind, string Text)> Texts(int each)
    {
        foreach (var text in Long) yield return ("long", text);
        foreach (var text in Syntax) yield return ("syntax", text);
        foreach (var text in Invisible) yield return ("invisible", text);
        foreach (var text in Little) yield return ("little", text);
        foreach (var text in Pictures) yield return ("emoji", text);
        for (var i = 0; i < each; i++)
        {
            yield return ("near words", Joined(10, () => Slipped(Word(4), 2)));
            yield return ("long near words", Joined(6, () => Slipped(Word(4) + Word(4) + Word(4) + Word(4), 2)));
            yield return ("many words", Joined(60, () => Word(2)));
            yield return ("beginnings", Joined(10, () => Word(3)[..random.Next(1, 4)]));
            yield return ("one word again and again", Joined(60, Repeated(random.Next(4) == 0 ? Slipped(Word(4), 1) : Word(4))));
            yield return ("many parts", string.Join("-", Enumerable.Range(0, 60).Select(_ => Word(3)[..random.Next(1, 4)])));
            yield return ("scripts", Joined(10, Mixed));
            yield return ("marks", Joined(4, Marked));
            yield return ("prices", Joined(12, Priced));
            yield return ("any characters", Any(LongestText));
        }
    }

    private static IEnumerable<string> Long =>
    [
        new('a', LongestText), new('a', LongestText + 1), new('a', 10_000), string.Concat(Enumerable.Repeat("kurta ", 1_666)),
        string.Concat(Enumerable.Repeat("a-", 100)), string.Concat(Enumerable.Repeat("a1", 100)), new('-', LongestText),
        new(' ', LongestText), new('.', 10_000), string.Concat(Enumerable.Repeat("\u0915\u094D", 100)), new('9', LongestText),
        string.Concat(Enumerable.Repeat("ab", 100)), string.Concat(Enumerable.Repeat("x y ", 50)), new('\uFDFA', LongestText),
    ];

    private static IEnumerable<string> Syntax =>
    [
        "(a+)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*a){25}", @"\p{L}+(?=x)", "[", "*", "?", "+kurta -shirt", "kurta*", "k?rta", "\"red",
        "& | ! ( ) :* <->", "red & (blue | !green)", "red <-> kurta", "kurta:*", "'kurta':1A", "!!kurta", "((((((((((", "a:b:c:*",
        "name:kurta", "_exists_:name", "price:[0 TO 100]", "kurta~2", "kurta^100", "/kur.*/", "{!func}price", "*:*", "AND OR NOT", "NOT",
        "kurta AND (shirt OR", "' or 1=1 --", "'; drop table search.product; --", "\\", "\\\\", "%", "_", "%_%", "$1", "{0}", "${jndi:x}",
        "<script>alert(1)</script>", "../../etc/passwd", "{\"match_all\":{}}", "{{7*7}}", "=CMD()", "=", "==", "=kurta", "null",
        "undefined", "NaN", "1e309", "-1", "0x1F", "true", "\0", "a\0b",
    ];

    private static readonly int[] WithoutGlyph =
    [
        0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2028, 0x2029, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2060, 0x2066, 0x2069, 0xFEFF,
        0xFFF9, 0xFFFC, 0xFFFD, 0xFFFE, 0xFFFF, 0x00AD, 0x034F, 0x061C, 0x115F, 0x180E, 0x3164,
    ];

    // Controls, marks of direction, joiners, and characters without a glyph.
    private static IEnumerable<string> Invisible =>
    [
        .. Enumerable.Range(1, 0x1F).Concat(Enumerable.Range(0x7F, 0x21)).Select(x => $"ku{(char)x}rta"),
        .. WithoutGlyph.SelectMany(x => new[] { $"{(char)x}", $"ku{(char)x}rta", string.Concat(Enumerable.Repeat($"a{(char)x}", 100)) }),
    ];

    private static IEnumerable<string> Little =>
    [
        "", " ", "the", "a", "for the and", "The Of A An", "mens", "for men", "women", "buy", "i me my", "to",
        .. Enumerable.Range('a', 26).Select(x => $"{(char)x}"), .. Enumerable.Range('0', 10).Select(x => $"{(char)x}"),
        "\u0915", "\u093E", "\u094D", "\u0301", "\u00DF", "\u0130", "\u4E00", "\u05D0", "\u0627", "-", ".", ",", "'", "&", "aa", "st", "ku",
        .. Enumerable.Range('a', 26).Select(x => string.Join(' ', Enumerable.Repeat((char)x, 100))),
        string.Join(' ', Enumerable.Range('a', 26).Select(x => (char)x)),
    ];

    private static IEnumerable<string> Pictures =>
    [
        "\U0001F457", "\U0001F457\U0001F456", "\U0001F468\u200D\U0001F469\u200D\U0001F467", "\U0001F1EE\U0001F1F3", "1\uFE0F\u20E3",
        "\U0001F44D\U0001F3FD", "\u2764\uFE0F kurta", string.Concat(Enumerable.Repeat("\U0001F457", 100)), "kurta \U0001F457 red",
        string.Concat(Enumerable.Repeat("\U0001F457 ", 66)), "\U0001D40A\U0001D42E\U0001D42B\U0001D42D\U0001D41A",
        "\u24DA\u24E4\u24E1\u24E3\u24D0",
    ];

    // What no encoder writes: bytes that are not UTF-8, halves of characters, a sign without its digits.
    private static IEnumerable<string> Raw =>
    [
        "%FF%FE", "%ED%A0%80", "%C0%80", "%F4%90%80%80", "%", "%2", "%zz", "kurta%", "%E0%A4", "%25", "%00", "a%00b", "+", "%20", "a&q=b",
        "a;q=b",
    ];

    private string Filtered(int number)
    {
        var many = string.Join(',', Enumerable.Range(0, 20).Select(_ => Word(2)));
        var sort = new[] { "relevance", "price_asc", "price_desc", "newest", "bestselling", "discount" }[number % 6];
        var typed = Joined(number % 10, () => Word(1)[..1]);
        var text = number % 3 == 0 ? "" : $"q={Uri.EscapeDataString(typed)}&";
        return (number % 5) switch
        {
            0 => $"/api/search?{text}category={many}&size={many}&colour={many}&material={many}&facets=material,discount,stock"
                + $"&minPrice=1&maxPrice=99999999&minDiscount=1&inStock=true&sort={sort}&limit=100&highlights=true",
            1 => $"/api/search?{text}facets=material,discount,stock&sort={sort}&limit=100",
            2 => $"/api/search?{text}size=M,L,S&colour=White,Black,Indigo&facets=material,discount,stock&minPrice=1&sort={sort}&limit=100",
            3 => $"/api/search?{text}colour={new string(',', 40)}&size={new string(',', 40)}&sort={sort}",
            _ => $"/api/search?{text}minPrice={long.MaxValue}&maxPrice={long.MaxValue}&sort={sort}&facets=stock",
        };
    }

    // 2 of 3 words are the frequent ones.
    private string Word(int least)
    {
        while (true)
        {
            var word = words[random.Next(3) == 0 ? random.Next(words.Count) : random.Next(Math.Min(words.Count, 100))];
            if (word.Length >= least) return word;
        }
    }

    private static Func<string> Repeated(string word) => () => word;

    private static string Joined(int count, Func<string> word)
    {
        var text = string.Join(' ', Enumerable.Range(0, count).Select(_ => word()));
        return text.Length <= LongestText ? text : text[..(char.IsHighSurrogate(text[LongestText - 1]) ? LongestText - 1 : LongestText)];
    }

    // With letters left out, doubled, exchanged and replaced, most of them not at the beginning.
    private string Slipped(string word, int slips)
    {
        var letters = word.ToList();
        for (var i = 0; i < slips; i++)
        {
            var at = random.Next(1, letters.Count);
            switch (random.Next(4))
            {
                case 0 when letters.Count > 3:
                    letters.RemoveAt(at);
                    break;
                case 1:
                    letters.Insert(at, letters[at]);
                    break;
                case 2:
                    (letters[at], letters[at - 1]) = (letters[at - 1], letters[at]);
                    break;
                default:
                    letters[at] = (char)('a' + random.Next(26));
                    break;
            }
        }

        return string.Concat(letters);
    }

    private string Mixed()
    {
        ReadOnlySpan<int> scripts =
            [0x0041, 0x0061, 0x00C0, 0x0391, 0x0410, 0x05D0, 0x0627, 0x0905, 0x0B85, 0x0E01, 0x3042, 0x4E00, 0xAC00, 0xFF21];
        var text = new StringBuilder();
        for (var i = 0; i < 8; i++) text.Append((char)(scripts[random.Next(scripts.Length)] + random.Next(24)));
        return text.ToString();
    }

    private string Marked()
    {
        var text = new StringBuilder();
        foreach (var letter in Word(4).Take(6))
        {
            text.Append(letter);
            for (var i = 0; i < 7; i++) text.Append((char)(0x0300 + random.Next(0x70)));
        }

        return text.ToString();
    }

    private string Priced() => random.Next(6) switch
    {
        0 => "under",
        1 => "between",
        2 => "and",
        3 => random.NextInt64(long.MaxValue).ToString(CultureInfo.InvariantCulture),
        4 => $"{random.Next(1, 9_000).ToString(CultureInfo.InvariantCulture)}k",
        _ => "1,500 se kam",
    };

    // Any of the basic plane but halves of characters.
    private string Any(int length) => string.Concat(Enumerable.Range(0, length).Select(_ =>
    {
        var c = (char)random.Next(0x1_0000);
        return char.IsSurrogate(c) ? 'x' : c;
    }));
}
