using System.Globalization;
using System.Text;
using Aarya.Features.Search.Engine;
using Npgsql;

namespace Aarya.Features.Search.Postgres;

/// <summary>
/// A text as queries of PostgreSQL's full-text search. They are made of words that are already cut, because PostgreSQL's own parser would
/// cut "Black/White" or "32-34" differently.
/// </summary>
internal sealed class PostgresText(NpgsqlConnection connection, ProductsOnSale view) : ITextIndex
{
    private ILookup<string, Form> forms = Enumerable.Empty<Form>().ToLookup(x => x.Typed);

    // A complete word is not taken for the beginning of others, so beginnings are asked for only where they matter.
    public async Task<SoughtText> LookUpAsync(SoughtText text, bool typing, CancellationToken cancellation)
    {
        if (text.Terms.Count == 0) return text;
        forms = await FormsAsync(text.Terms.SelectMany(x => x.Any).SelectMany(x => x.Words), cancellation);
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
                new() { Value = text.Terms.Select(x => Or(x.Complete)).ToArray() },
                new() { Value = text.Terms.Select(x => Or(x.Prefixes)).ToArray() },
                new() { Value = typing },
            },
        };
        List<(bool, bool)> known = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) known.Add((reader.GetBoolean(0), reader.GetBoolean(1)));
        return text.Known(known, typing);
    }

    public async Task<SoughtText?> FirstAsync(IReadOnlyList<SoughtText> texts, CancellationToken cancellation)
    {
        foreach (var text in texts)
        {
            await using var command = new NpgsqlCommand { Connection = connection };
            command.CommandText = $"select exists (select from search.product where published {Matching(command, text)})";
            if (await command.ExecuteScalarAsync(cancellation) is true) return text;
        }

        return null;
    }

    public async Task<SearchPage> PageAsync(SearchQuery query, SoughtText? text, CancellationToken cancellation)
    {
        if (text is null) return view.Page(query, null);
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText =
            $"select product_id, {RankOf(command, text)} from search.product where published {Matching(command, text)}";
        List<TextHit> hits = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) hits.Add(new(reader.GetGuid(0), reader.GetFloat(1)));
        return view.Page(query, hits);
    }

    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(SoughtText text, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText =
            $"""
            (select 'category', category, category from search.product
             where published and words @@ {Bind(command, InCategory(text))}::tsquery
             group by category order by count(*) desc, category limit 3)
            union all
            (select 'product', name, slug from search.product
             where published and words @@ {Bind(command, Any(text))}::tsquery
             order by {RankOf(command, text)} desc, published_at desc, product_id limit {limit.ToString(CultureInfo.InvariantCulture)})
            """;
        List<Suggestion> found = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return [.. found.Take(limit)];
    }

    public async Task<Correction?> CorrectAsync(SoughtText text, CancellationToken cancellation)
    {
        var words = text.Terms.SelectMany(x => x.Word.Parts).ToArray();
        if (words.Length == 0 || text.Terms.All(x => x.IsKnown)) return null;
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        // Two letters in the wrong order leave a short word few trigrams in common; the edit distance filters what this threshold lets in.
        await using var loosen = new NpgsqlCommand("select set_config('pg_trgm.similarity_threshold', '0.12', true)",
            connection, transaction);
        await loosen.ExecuteNonQueryAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            select typed, exists (select from search.product where published and words @@ (quote_literal(typed) || ':*')::tsquery),
              array(
                select word
                from (select word from search.word where word % typed order by similarity(word, typed) desc limit 50) as near
                where exists (select from search.product where published and words @@ quote_literal(word)::tsquery))
            from unnest($1::text[]) with ordinality as t(typed, position) order by position
            """, connection, transaction)
        { Parameters = { new() { Value = words } } };
        List<string?> meant = [];
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                // What withdrawn products were found by is no correction.
                var similar = await reader.GetFieldValueAsync<string[]>(2, cancellation);
                meant.Add(Words.Meant(reader.GetString(0), reader.GetBoolean(1), similar));
            }
        }

        await transaction.CommitAsync(cancellation);
        return Correction.Of(words, meant);
    }

    // A product matches with every required word, or when its whole name or SKU begins with the text.
    private string Any(SoughtText text)
    {
        var required = text.Required.Select(x => $"({Or(x.Any)})").ToList();
        var whole = $"{WholeOf(text)}:*";
        return required.Count == 0 ? whole : $"({string.Join(" & ", required)}) | {whole}";
    }

    // The required words, in the category only.
    private string InCategory(SoughtText text)
    {
        var required = text.Required.Select(x => $"({Or(x.InCategory, "B")})").ToList();
        return required.Count > 0 ? string.Join(" & ", required) : WholeOf(text);
    }

    private string Matching(NpgsqlCommand command, SoughtText text)
    {
        var any = Bind(command, Any(text));
        return $"and words @@ {any}::tsquery {(text.HasAllWords ? "" : $"and ts_filter(words, '{{a, b, c}}') @@ {any}::tsquery")}";
    }

    // Each word counts by the best query that finds it and by where it is found (the description, the colours, sizes and SKUs, the
    // category, the name). A whole name or SKU ranks its product before all others with the same words.
    private string RankOf(NpgsqlCommand command, SoughtText text)
    {
        List<string> sum = [$"(words @@ {Bind(command, WholeOf(text))}::tsquery)::integer * 1000"];
        foreach (var term in text.Terms.Where(x => x.IsKnown))
        {
            // Of a thing, the description mentions what it goes with: a dress with a belt is no belt.
            var weights = term.Kind == WordKind.Thing ? "'{0.03, 0.6, 0.8, 1}'" : "'{0.15, 0.6, 0.8, 1}'";
            // PostgreSQL divides by the number of alternatives; several that are found together count as one that is found in the name.
            // Numbers are parameters, too, so that few texts of this statement are prepared.
            var ranks = term.Ranked.Select(x => (Query: Or(x.Phrases), x.Counts)).Select(x =>
                $"{Bind(command, x.Counts * term.Weight)} * "
                + $"least(1, {Bind(command, (float)LexemesOf(x.Query))} * ts_rank({weights}, words, {Bind(command, x.Query)}::tsquery))");
            sum.Add($"greatest({string.Join(", ", ranks)})");
        }

        return $"({string.Join(" + ", sum)})::real";
    }

    private static int LexemesOf(string query) =>
        query.Split([' ', '|', '&', '(', ')'], StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).Count();

    private static string WholeOf(SoughtText text) => Quoted(IndexedWords.WholeMark + text.Whole);

    // Weights: the places that count, A the name, B the category; empty for all.
    private string Or(IEnumerable<Phrase> phrases, string? weights = null) =>
        string.Join(" | ", phrases.Select(x => QueryOf(x, weights ?? (x.InNameOrCategory ? "AB" : ""))));

    private string QueryOf(Phrase phrase, string weights)
    {
        var words = phrase.Words.Select(
            (x, at) => phrase.IsPrefix && at == phrase.Words.Count - 1 ? Begins(x, weights) : Exactly(x, weights));
        return phrase.Words.Count == 1 ? words.Single() : $"({string.Join(" & ", words.Select(x => $"({x})"))})";
    }

    private string Exactly(string word, string weights) => string.Join(" | ",
        forms[word].SelectMany(x => new[] { x.Stem, x.Word }).OfType<string>().Distinct()
            .Select(x => weights.Length == 0 ? Quoted(x) : $"{Quoted(x)}:{weights}"));

    private static string Begins(string word, string weights) => $"{Quoted(word)}:*{weights}";

    private static string Quoted(string lexeme)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in lexeme) quoted.Append(c is '\'' or '\\' ? $"{c}{c}" : c.ToString());
        return quoted.Append('\'').ToString();
    }

    private static string Bind(NpgsqlCommand command, object value)
    {
        command.Parameters.Add(new() { Value = value });
        return string.Create(CultureInfo.InvariantCulture, $"${command.Parameters.Count}");
    }

    // Each word with its stem, and with the synonyms that merchandisers have set.
    private async Task<ILookup<string, Form>> FormsAsync(IEnumerable<string> words, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select typed.word, form.word, (ts_lexize('english_stem', form.word))[1]
            from unnest($1::text[]) as typed(word)
            cross join lateral (select typed.word union select unnest(words) from search.synonym where term = typed.word) as form(word)
            """, connection)
        { Parameters = { new() { Value = words.Distinct().ToArray() } } };
        List<Form> all = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var stem = await reader.IsDBNullAsync(2, cancellation) ? null : reader.GetString(2);
            all.Add(new(reader.GetString(0), reader.GetString(1), stem));
        }

        return all.ToLookup(x => x.Typed);
    }

    private sealed record Form(string Typed, string Word, string? Stem);
}
