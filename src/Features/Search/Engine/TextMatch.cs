using System.Text;
using Npgsql;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// A shopper's text as queries of PostgreSQL's full-text search. They are made of words that are already cut, because PostgreSQL's own
/// parser would cut "Black/White" or "32-34" differently.
/// </summary>
/// <param name="Words">Every word, by its stem, as the beginning of a word, or by a synonym: for the rank.</param>
/// <param name="Any">The words, or the beginning of a whole name or SKU: for the match.</param>
/// <param name="Category">The words, in the category only.</param>
/// <param name="Whole">The whole name or SKU: its product comes first.</param>
internal sealed record TextMatch(string Words, string Any, string Category, string Whole)
{
    /// <summary>Null when the text contains nothing that a product could be found by.</summary>
    public static async Task<TextMatch?> OfAsync(NpgsqlConnection connection, string text, CancellationToken cancellation)
    {
        var whole = Engine.Words.Whole(text);
        if (whole.Length == 0) return null;
        var all = Engine.Words.Of(text);
        var exactly = Quoted(IndexedWords.WholeMark + whole);
        if (all.Count == 0) return new(exactly, exactly, exactly, exactly);

        var sought = Engine.Words.Telling(all).Select(x => Alternatives(all, x)).ToList();
        var forms = await FormsAsync(connection, sought.SelectMany(x => x.Joined.Concat(x.Parts)).Distinct().ToArray(), cancellation);
        var words = Written(sought, forms, "");
        return new(words, $"({words}) | {exactly}:*", Written(sought, forms, "B"), exactly);
    }

    /// <param name="weight">The weight that the words must have in the index; empty for any.</param>
    private static string Written(IReadOnlyList<Sought> sought, ILookup<string, Form> forms, string weight)
    {
        return string.Join(" & ", sought.Select(x => $"({string.Join(" | ", x.Joined.Select(y => Term(y, true)).Concat(Apart(x)))})"));

        IEnumerable<string> Apart(Sought word) => word.Parts.Count == 0
            ? []
            // A part before a hyphen is complete, and one letter is too short for the beginning of a word.
            : [$"({string.Join(" & ", word.Parts.Select((x, i) => $"({Term(x, i == word.Parts.Count - 1 && x.Length > 1)})"))})"];

        string Term(string word, bool beginning) => string.Join(" | ", forms[word]
            .SelectMany(x => x.Stem is null || x.Stem == x.Word
                ? [Lexeme(x.Word, beginning)]
                : new[] { Lexeme(x.Stem, false), Lexeme(x.Word, beginning) }));

        string Lexeme(string lexeme, bool beginning) =>
            $"{Quoted(lexeme)}{(beginning || weight.Length > 0 ? ":" : "")}{(beginning ? "*" : "")}{weight}";
    }

    // A word is also found joined with its neighbour, single letters also as one abbreviation, and a word of several parts also with the
    // parts as separate words.
    private static Sought Alternatives(IReadOnlyList<Word> all, Word word)
    {
        var at = 0;
        while (!ReferenceEquals(all[at], word)) at++;
        List<string> joined = [word.Joined];
        if (at > 0) joined.Add(Engine.Words.Cap(all[at - 1].Joined + word.Joined));
        if (at < all.Count - 1) joined.Add(Engine.Words.Cap(word.Joined + all[at + 1].Joined));
        if (word.Joined.Length == 1)
        {
            var (first, last) = (at, at);
            while (first > 0 && all[first - 1].Joined.Length == 1) first--;
            while (last < all.Count - 1 && all[last + 1].Joined.Length == 1) last++;
            if (last - first > 1) joined.Add(string.Concat(all.Skip(first).Take(last - first + 1).Select(x => x.Joined)));
        }

        return new(joined, word.Parts.Count is > 1 and <= Engine.Words.Most ? word.Parts : []);
    }

    private static async Task<ILookup<string, Form>> FormsAsync(NpgsqlConnection connection, string[] words, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select typed.word, form.word, (ts_lexize('english_stem', form.word))[1]
            from unnest($1::text[]) as typed(word)
            cross join lateral (select typed.word union select unnest(words) from search.synonym where term = typed.word) as form(word)
            """, connection)
        { Parameters = { new() { Value = words } } };
        List<(string Typed, Form Form)> all = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var stem = await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetString(2);
            all.Add((reader.GetString(0), new(reader.GetString(1), stem)));
        }

        return all.ToLookup(x => x.Typed, x => x.Form);
    }

    private static string Quoted(string lexeme)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in lexeme) quoted.Append(c is '\'' or '\\' ? $"{c}{c}" : c.ToString());
        return quoted.Append('\'').ToString();
    }

    private sealed record Sought(IReadOnlyList<string> Joined, IReadOnlyList<string> Parts);

    private sealed record Form(string Word, string? Stem);
}
