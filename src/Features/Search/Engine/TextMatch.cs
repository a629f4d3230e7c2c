using System.Globalization;
using System.Text;
using Npgsql;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// A shopper's text as queries of PostgreSQL's full-text search. They are made of words that are already cut, because PostgreSQL's own
/// parser would cut "Black/White" or "32-34" differently.
/// </summary>
/// <param name="Terms">The words, in the order of the text.</param>
/// <param name="Whole">The whole name or SKU: its product comes first.</param>
internal sealed record TextMatch(IReadOnlyList<SoughtTerm> Terms, string Whole)
{
    /// <summary>A product matches with every required word, or when its whole name or SKU begins with the text.</summary>
    public string Any
    {
        get
        {
            var required = Terms.Where(x => x.IsRequired).Select(x => $"({x.Any})").ToList();
            return required.Count == 0 ? $"{Whole}:*" : $"({string.Join(" & ", required)}) | {Whole}:*";
        }
    }

    /// <summary>The required words, in the category only.</summary>
    public string Category => Terms.Any(x => x.IsRequired)
        ? string.Join(" & ", Terms.Where(x => x.IsRequired).Select(x => $"({x.InCategory})"))
        : Whole;

    /// <summary>
    /// False when words of the text are missing here: then the description alone, which also mentions other things, is not enough.
    /// </summary>
    public bool IsWhole { get; init; } = true;

    /// <summary>The words that are no longer required.</summary>
    public IReadOnlyList<string> Ignored { get; private init; } = [];

    /// <summary>The least important of the required words is no longer required; null when only one is left.</summary>
    public TextMatch? WithoutOne()
    {
        var required = Terms.Where(x => x.IsRequired).ToList();
        if (required.Count < 2) return null;
        // Of equals the first: the thing itself is named last.
        var least = required.OrderBy(x => x.IsKnown).ThenBy(x => x.Kind).First();
        return this with
        {
            Terms = [.. Terms.Select(x => ReferenceEquals(x, least) ? x with { IsRequired = false } : x)],
            IsWhole = false,
            Ignored = [.. Ignored, least.Word.Joined],
        };
    }

    /// <summary>Null when the text contains nothing that a product could be found by.</summary>
    /// <param name="words">The words of the text, without the words of a price.</param>
    /// <param name="typing">True while the last word may be incomplete although it is a word.</param>
    public static async Task<TextMatch?> OfAsync(
        NpgsqlConnection connection, string text, IReadOnlyList<Word> words, bool typing, CancellationToken cancellation)
    {
        var whole = Words.Whole(text);
        if (whole.Length == 0) return null;
        var exactly = Quoted(IndexedWords.WholeMark + whole);
        var telling = Words.Telling(words);
        var forms = await FormsAsync(connection, telling.SelectMany(x => Spellings(words, x)), cancellation);
        var terms = telling.Select(x => TermOf(words, x, forms)).ToList();
        // Words that only say for whom, or that something is wanted, are not required beside others.
        if (terms.Exists(x => x.Kind != WordKind.Aside)) terms = [.. terms.Select(x => x with { IsRequired = x.Kind != WordKind.Aside })];
        return new(await KnownAsync(connection, terms, typing, cancellation), exactly);
    }

    private static SoughtTerm TermOf(IReadOnlyList<Word> all, Word word, ILookup<string, Form> forms)
    {
        var joined = Joined(all, word);
        List<string> exact = [.. joined.SelectMany(Exactly)];
        List<string> begins = [.. joined.Select(x => Begins(x, ""))];
        List<string> inCategory = [.. joined.SelectMany(x => Exactly(x).Select(y => $"{y}:B").Append(Begins(x, "B")))];
        if (word.Parts.Count is > 1 and <= Words.Most)
        {
            var last = word.Parts[^1];
            exact.Add(And(word.Parts.Select(x => Or(Exactly(x)))));
            // A part before a hyphen is complete, and one letter is too short for the beginning of a word.
            var beginning = last.Length > 1 ? Begins(last, "") : Or(Exactly(last));
            begins.Add(And([.. word.Parts.SkipLast(1).Select(x => Or(Exactly(x))), beginning]));
            inCategory.Add(And(word.Parts.Select(x => Or(Exactly(x).Select(y => $"{y}:B")))));
        }

        var kind = Lexicon.KindOf(word.Joined);
        // Other words for a thing count in the name and the category: a description mentions what goes with it.
        var places = kind == WordKind.Thing ? ":AB" : "";
        var same = Lexicon.SameAs(word.Joined);
        inCategory.AddRange(same.SelectMany(x => Other(x, ":B")));
        return new(
            word, kind, Or(exact), Or(same.SelectMany(x => Other(x, places))),
            Or(Lexicon.NarrowerThan(word.Joined).SelectMany(x => Other(x, places))), Or(begins), Or(inCategory));

        IEnumerable<string> Other(string x, string weights)
        {
            var written = Exactly(x).Select(y => y + weights);
            return Lexicon.PartsOf(x) is { Count: > 0 } parts
                ? written.Append(And(parts.Select(y => Or(Exactly(y).Select(z => z + weights)))))
                : written;
        }

        IEnumerable<string> Exactly(string x) =>
            forms[x].SelectMany(y => new[] { y.Stem, y.Word }).OfType<string>().Distinct().Select(Quoted);

        string Begins(string x, string weight) => $"{Quoted(x)}:*{weight}";
    }

    private static string Or(IEnumerable<string> queries) => string.Join(" | ", queries);

    private static string And(IEnumerable<string> queries) => $"({string.Join(" & ", queries.Select(x => $"({x})"))})";

    // A word is also found joined with its neighbour, and single letters also as one abbreviation.
    private static List<string> Joined(IReadOnlyList<Word> all, Word word)
    {
        var at = 0;
        while (!ReferenceEquals(all[at], word)) at++;
        List<string> joined = [word.Joined];
        if (at > 0) joined.Add(Words.Cap(all[at - 1].Joined + word.Joined));
        if (at < all.Count - 1) joined.Add(Words.Cap(word.Joined + all[at + 1].Joined));
        if (word.Joined.Length == 1)
        {
            var (first, last) = (at, at);
            while (first > 0 && all[first - 1].Joined.Length == 1) first--;
            while (last < all.Count - 1 && all[last + 1].Joined.Length == 1) last++;
            if (last - first > 1) joined.Add(string.Concat(all.Skip(first).Take(last - first + 1).Select(x => x.Joined)));
        }

        return joined;
    }

    private static IEnumerable<string> Spellings(IReadOnlyList<Word> all, Word word) =>
        [.. Joined(all, word), .. word.Parts, .. Others(word), .. Others(word).SelectMany(Lexicon.PartsOf)];

    private static IEnumerable<string> Others(Word word) => Lexicon.SameAs(word.Joined).Concat(Lexicon.NarrowerThan(word.Joined));

    // Each word with its stem, and with the synonyms that merchandisers have set.
    private static async Task<ILookup<string, Form>> FormsAsync(
        NpgsqlConnection connection, IEnumerable<string> words, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select typed.word, form.word, (ts_lexize('english_stem', form.word))[1]
            from unnest($1::text[]) as typed(word)
            cross join lateral (select typed.word union select unnest(words) from search.synonym where term = typed.word) as form(word)
            """, connection)
        { Parameters = { new() { Value = words.Distinct().ToArray() } } };
        List<(string Typed, Form Form)> all = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var stem = await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetString(2);
            all.Add((reader.GetString(0), new(reader.GetString(1), stem)));
        }

        return all.ToLookup(x => x.Typed, x => x.Form);
    }

    // A complete word is not taken for the beginning of others: "bag" does not find what comes from Bagru.
    private static async Task<IReadOnlyList<SoughtTerm>> KnownAsync(
        NpgsqlConnection connection, List<SoughtTerm> terms, bool typing, CancellationToken cancellation)
    {
        if (terms.Count == 0) return terms;
        const string has = "exists (select from search.product where published and words @@ {0}::tsquery)";
        var complete = string.Format(CultureInfo.InvariantCulture, has, "complete");
        var begins = string.Format(CultureInfo.InvariantCulture, has, "begins");
        await using var command = new NpgsqlCommand(
            $"""
            select known.word, case when not known.word or ($3 and position = cardinality($1)) then {begins} else false end
            from unnest($1::text[], $2::text[]) with ordinality as term(complete, begins, position)
            cross join lateral (select {complete} as word offset 0) as known order by position
            """, connection)
        {
            Parameters =
            {
                new() { Value = terms.Select(x => x.Complete).ToArray() },
                new() { Value = terms.Select(x => x.Beginning).ToArray() },
                new() { Value = typing },
            },
        };
        List<SoughtTerm> known = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var (isWord, isBeginning) = (reader.GetBoolean(0), reader.GetBoolean(1));
            var open = !isWord || (typing && known.Count == terms.Count - 1);
            known.Add(terms[known.Count] with { IsKnown = isWord || isBeginning, Beginning = open ? terms[known.Count].Beginning : "" });
        }

        return known;
    }

    private static string Quoted(string lexeme)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in lexeme) quoted.Append(c is '\'' or '\\' ? $"{c}{c}" : c.ToString());
        return quoted.Append('\'').ToString();
    }

    private sealed record Form(string Word, string? Stem);
}

/// <summary>One word of the text, and what finds it. Each query is empty when there is none.</summary>
/// <param name="Exact">The word and its stem.</param>
/// <param name="Same">Words with the same meaning.</param>
/// <param name="Narrower">Words with a narrower meaning.</param>
/// <param name="Beginning">Words that begin like this one; empty for a complete word.</param>
/// <param name="InCategory">All of it, in the category only.</param>
internal sealed record SoughtTerm(
    Word Word, WordKind Kind, string Exact, string Same, string Narrower, string Beginning, string InCategory)
{
    // What these words say against the word itself.
    private const float SameCounts = 0.9f;
    private const float NarrowerCounts = 0.6f;
    private const float BeginningCounts = 0.5f;

    /// <summary>False for a word that a product may lack.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>A product on sale has it.</summary>
    public bool IsKnown { get; init; }

    /// <summary>All but the beginnings of words.</summary>
    public string Complete => Or(Exact, Same, Narrower);

    public string Any => Or(Complete, Beginning);

    /// <summary>How much the word counts for the rank.</summary>
    public float Weight => Kind switch { WordKind.Thing => 1.5f, WordKind.Aside => 0.3f, _ => 1f };

    /// <summary>The queries, each with its number of lexemes and what it counts against the word itself.</summary>
    public IEnumerable<(string Query, int Lexemes, float Counts)> Ranked =>
        new[] { (Exact, 1f), (Same, SameCounts), (Narrower, NarrowerCounts), (Beginning, BeginningCounts) }
            .Where(x => x.Item1.Length > 0).Select(x => (x.Item1, LexemesOf(x.Item1), x.Item2));

    private static int LexemesOf(string query) =>
        query.Split([' ', '|', '&', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Count();

    private static string Or(params string[] queries) => string.Join(" | ", queries.Where(x => x.Length > 0));
}
