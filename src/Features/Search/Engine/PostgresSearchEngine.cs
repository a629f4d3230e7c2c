using System.Globalization;
using Aarya.Features.Search.Store;
using Npgsql;
using NpgsqlTypes;

namespace Aarya.Features.Search.Engine;

/// <summary>
/// PostgreSQL's own full-text search finds and ranks products: stems and prefixes from a weighted tsvector, typos by trigrams and edit
/// distance. Filters, facets, sorting and paging are done in memory, see <see cref="ProductsOnSale"/>.
/// </summary>
public sealed class PostgresSearchEngine(ISearchStore store, Shelf shelf) : ISearchEngine
{
    public async Task<SearchPage> SearchAsync(SearchQuery query, CancellationToken cancellation)
    {
        var view = await shelf.ViewAsync(cancellation);
        query = ChosenValues.Separate(query, view);
        if (query.Text.Length == 0) return view.Page(query, null);
        await using var connection = await OpenAsync(cancellation);
        var words = Words.Compounded(Words.Of(query.Text));
        if (PriceWords.Of(query.Text) is not { } priced) return await FindAsync(connection, view, query, words, cancellation);

        // A number may be part of a name.
        var named = await TextMatch.OfAsync(connection, query.Text, words, typing: false, cancellation);
        if (await ExistsAsync(connection, named!, cancellation)) return await PageAsync(connection, view, query, named!, cancellation);
        var page = await FindAsync(connection, view, query with
        {
            MinPrice = priced.Min is { } min ? Math.Max(min, query.MinPrice ?? 0) : query.MinPrice,
            MaxPrice = priced.Max is { } max ? Math.Min(max, query.MaxPrice ?? long.MaxValue) : query.MaxPrice,
        }, priced.Left, cancellation);
        if (page.Total > 0 || priced.Left.Count == 0) return page;
        page = await FindAsync(connection, view, query, priced.Left, cancellation);
        return page with { IgnoredWords = [.. page.IgnoredWords, priced.Text] };
    }

    // With every word; else with typos corrected; else without the least important words, one by one.
    private static async Task<SearchPage> FindAsync(
        NpgsqlConnection connection, ProductsOnSale view, SearchQuery query, IReadOnlyList<Word> words, CancellationToken cancellation)
    {
        // The text is only a price.
        if (words.Count == 0 && Words.Of(query.Text).Count > 0) return view.Page(query, null);
        var match = await TextMatch.OfAsync(connection, query.Text, words, typing: false, cancellation);
        if (match is null) return view.Page(query, []);
        var page = await PageAsync(connection, view, query, match, cancellation);
        if (page.Total > 0 || await ExistsAsync(connection, match, cancellation)) return page;

        var meant = await MeantAsync(connection, match, cancellation);
        if (meant is not null)
        {
            var corrected = Words.Compounded(Words.Of(meant.Text));
            match = (await TextMatch.OfAsync(connection, meant.Text, corrected, typing: false, cancellation))! with
            {
                IsWhole = meant.Dropped.Count == 0,
            };
        }

        while (!await ExistsAsync(connection, match, cancellation))
        {
            if (match.WithoutOne() is not { } less) return page;
            match = less;
        }

        var found = await PageAsync(connection, view, query, match, cancellation);
        if (found.Total == 0) return page;
        return found with { DidYouMean = meant?.Text, IgnoredWords = [.. meant?.Dropped ?? [], .. match.Ignored] };
    }

    private static async Task<bool> ExistsAsync(NpgsqlConnection connection, TextMatch match, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText = $"select exists (select from search.product where published {Matching(command, match)})";
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    public async Task<IReadOnlyList<Suggestion>> SuggestAsync(string text, int limit, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        if (await MatchAsync(text) is not { } match) return [];
        var found = await SuggestAsync(connection, match, limit, cancellation);
        if (found.Count > 0 || await MeantAsync(connection, match, cancellation) is not { } meant) return found;
        return await SuggestAsync(connection, (await MatchAsync(meant.Text))!, limit, cancellation);

        Task<TextMatch?> MatchAsync(string typed) =>
            TextMatch.OfAsync(connection, typed, Words.Compounded(Words.Of(typed)), typing: true, cancellation);
    }

    private static async Task<IReadOnlyList<Suggestion>> SuggestAsync(
        NpgsqlConnection connection, TextMatch match, int limit, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText =
            $"""
            (select 'category', category, category from search.product
             where published and words @@ {Bind(command, match.Category)}::tsquery
             group by category order by count(*) desc, category limit 3)
            union all
            (select 'product', name, slug from search.product
             where published and words @@ {Bind(command, match.Any)}::tsquery
             order by {RankOf(command, match)} desc, published_at desc, product_id limit {limit.ToString(CultureInfo.InvariantCulture)})
            """;
        List<Suggestion> found = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) found.Add(new(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        return [.. found.Take(limit)];
    }

    private static async Task<SearchPage> PageAsync(
        NpgsqlConnection connection, ProductsOnSale view, SearchQuery query, TextMatch match, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand { Connection = connection };
        command.CommandText =
            $"select product_id, {RankOf(command, match)} from search.product where published {Matching(command, match)}";
        List<TextHit> hits = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) hits.Add(new(reader.GetGuid(0), reader.GetFloat(1)));
        return view.Page(query, hits);
    }

    private static string Matching(NpgsqlCommand command, TextMatch match)
    {
        var any = Bind(command, match.Any);
        return $"and words @@ {any}::tsquery {(match.IsWhole ? "" : $"and ts_filter(words, '{{a, b, c}}') @@ {any}::tsquery")}";
    }

    // Each word counts by the best query that finds it and by where it is found (the description, the colours, sizes and SKUs, the
    // category, the name). A whole name or SKU ranks its product before all others with the same words.
    private static string RankOf(NpgsqlCommand command, TextMatch match)
    {
        List<string> sum = [$"(words @@ {Bind(command, match.Whole)}::tsquery)::integer * 1000"];
        foreach (var term in match.Terms.Where(x => x.IsKnown))
        {
            // Of a thing, the description mentions what it goes with: a dress with a belt is no belt.
            var weights = term.Kind == WordKind.Thing ? "'{0.03, 0.6, 0.8, 1}'" : "'{0.15, 0.6, 0.8, 1}'";
            // PostgreSQL divides by the number of alternatives; several that are found together count as one that is found in the name.
            // Numbers are parameters, too, so that few texts of this statement are prepared.
            var ranks = term.Ranked.Select(x =>
                $"{Bind(command, x.Counts * term.Weight)} * "
                + $"least(1, {Bind(command, (float)x.Lexemes)} * ts_rank({weights}, words, {Bind(command, x.Query)}::tsquery))");
            sum.Add($"greatest({string.Join(", ", ranks)})");
        }

        return $"({string.Join(" + ", sum)})::real";
    }

    /// <summary>The words with typos corrected; null when nothing can be corrected.</summary>
    private static async Task<Meant?> MeantAsync(NpgsqlConnection connection, TextMatch match, CancellationToken cancellation)
    {
        var words = match.Terms.SelectMany(x => x.Word.Parts).ToArray();
        if (words.Length == 0 || match.Terms.All(x => x.IsKnown)) return null;
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
        List<string> meant = [];
        List<string> dropped = [];
        var changed = false;
        await using (var reader = await command.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var typed = reader.GetString(0);
                // What withdrawn products were found by is no correction.
                var similar = await reader.GetFieldValueAsync<string[]>(2, cancellation);
                var word = reader.GetBoolean(1) || Lexicon.Has(typed)
                    ? typed
                    : Words.Nearest(typed, similar) ?? Words.Nearest(typed, Lexicon.Words);
                changed |= word != typed;
                (word is null ? dropped : meant).Add(word ?? typed);
            }
        }

        await transaction.CommitAsync(cancellation);
        return changed && meant.Count > 0 ? new(string.Join(' ', meant), dropped) : null;
    }

    public async Task IndexAsync(IReadOnlyList<ProductDocument> products, CancellationToken cancellation)
    {
        if (products.Count == 0) return;
        await using var connection = await OpenAsync(cancellation);
        await using var batch = connection.CreateBatch();
        // Locks the stock in the order of the SKUs, then the products in the order of their ids, then the words: concurrent indexing and
        // stock refreshes wait for each other in one order, and cannot deadlock.
        batch.BatchCommands.Add(HoldingStock(products.SelectMany(x => x.Variants).Select(x => x.Sku)));
        var indexed = products.OrderBy(x => x.Id).Select(Plain)
            .Select(x => (Product: x, Words: IndexedWords.Of(x.Name, x.Category, x.Description, x.Variants))).ToList();
        foreach (var (product, words) in indexed) batch.BatchCommands.Add(Indexing(product, words));
        await WriteAsync(batch, cancellation);

        await IndexedWords.RememberAsync(connection, indexed.SelectMany(x => x.Words.Known), cancellation);
    }

    // The values of filters are stored in one spelling.
    private static ProductDocument Plain(ProductDocument product) => product with
    {
        Category = SearchQuery.Plain(product.Category),
        Variants = [.. product.Variants.Select(x => x with { Size = SearchQuery.Plain(x.Size), Colour = SearchQuery.Plain(x.Colour) })],
    };

    private static NpgsqlBatchCommand Indexing(ProductDocument product, IndexedWords words)
    {
        var variants = product.Variants;
        return new(
            $"""
            with indexed as (
              insert into search.product as known
                (product_id, version, published, slug, name, description, category, image, price_minor, currency, published_at, words,
                 word_rules)
              values ($1, $2, true, $3, $4, $5, $6, $8, $9, $10, coalesce($11, now()), {IndexedWords.Vector("$7", "$18")}, $19)
              on conflict (product_id) do update set version = excluded.version, published = true,
                slug = excluded.slug, name = excluded.name, description = excluded.description,
                category = excluded.category, words = excluded.words, word_rules = excluded.word_rules, image = excluded.image,
                price_minor = excluded.price_minor, currency = excluded.currency,
                published_at = coalesce($11, known.published_at), indexed_at = now()
              where known.version <= excluded.version
              returning product_id
            ), gone as (
              delete from search.variant using indexed where variant.product_id = indexed.product_id and sku <> all($12)
            ), kept as (
              insert into search.variant (product_id, sku, size, colour, price_minor, compare_at_minor)
              select product_id, line.* from indexed
              cross join unnest($12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[])
                as line(sku, size, colour, price, compare)
              on conflict (product_id, sku) do update set size = excluded.size, colour = excluded.colour,
                price_minor = excluded.price_minor, compare_at_minor = excluded.compare_at_minor
            )
            insert into search.stock as known (sku, available, sequence)
            select line.* from indexed cross join (select unnest($12::text[]), unnest($17::integer[]), 0) as line(sku, available, sequence)
            on conflict (sku) do update set available = excluded.available, indexed_at = now() where known.sequence = 0
            """)
        {
            Parameters =
            {
                new() { Value = product.Id },
                new() { Value = product.Version },
                new() { Value = product.Slug },
                new() { Value = product.Name },
                new() { Value = product.Description },
                new() { Value = product.Category },
                new() { Value = words.Words },
                new() { Value = product.Image },
                new() { Value = variants.Count == 0 ? 0 : variants.Min(x => x.Price.Minor) },
                new() { Value = variants.Count == 0 ? Money.Inr : variants[0].Price.Currency },
                new() { Value = (object?)product.PublishedAt?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
                new() { Value = variants.Select(x => x.Sku).ToArray() },
                new() { Value = variants.Select(x => x.Size).ToArray() },
                new() { Value = variants.Select(x => x.Colour).ToArray() },
                new() { Value = variants.Select(x => x.Price.Minor).ToArray() },
                new() { Value = variants.Select(x => x.CompareAtPrice?.Minor).ToArray() },
                new() { Value = variants.Select(x => x.Available).ToArray() },
                new() { Value = words.Places },
                new() { Value = Words.Rules },
            },
        };
    }

    // An unknown product gets a row too, so that an older publication that arrives later does not bring it back.
    public Task WithdrawAsync(Guid productId, long version, CancellationToken cancellation) => ExecuteAsync(
        """
        insert into search.product as known
          (product_id, version, published, slug, name, description, category, image, price_minor, currency, published_at)
        values ($1, $2, false, '', '', '', '', '', 0, 'INR', now())
        on conflict (product_id) do update set version = excluded.version, published = false, indexed_at = now()
          where known.version < excluded.version
        """, cancellation, productId, version);

    public Task SetStockAsync(string sku, int available, long sequence, CancellationToken cancellation) => ExecuteAsync(
        """
        insert into search.stock as known (sku, available, sequence) values ($1, $2, $3)
        on conflict (sku) do update set available = excluded.available, sequence = excluded.sequence, indexed_at = now()
          where known.sequence < excluded.sequence
        """, cancellation, sku, available, sequence);

    public async Task RefreshStockAsync(IReadOnlyDictionary<string, int> available, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(HoldingStock(available.Keys));
        batch.BatchCommands.Add(new(
            """
            update search.stock set available = line.available, indexed_at = now()
            from unnest($1::text[], $2::integer[]) as line(sku, available) where stock.sku = line.sku and stock.indexed_at < $3
            """)
        {
            Parameters =
            {
                new() { Value = available.Keys.ToArray() },
                new() { Value = available.Values.ToArray() },
                new() { Value = since.ToUniversalTime() },
            },
        });
        await WriteAsync(batch, cancellation);
    }

    private static NpgsqlBatchCommand HoldingStock(IEnumerable<string> skus) =>
        new("select from search.stock where sku = any($1) order by sku for update") { Parameters = { new() { Value = skus.ToArray() } } };

    public Task<int> ForgetOlderAsync(DateTimeOffset since, CancellationToken cancellation) => ExecuteAsync(
        """
        with old as materialized (
          select product_id from search.product where published and indexed_at < $1 order by product_id for update
        )
        update search.product set published = false, indexed_at = now() where product_id = any(array(select product_id from old))
        """, cancellation, since.ToUniversalTime());

    private async Task<int> ExecuteAsync(string sql, CancellationToken cancellation, params object[] values)
    {
        await using var connection = await OpenAsync(cancellation);
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { new(sql) } };
        foreach (var value in values)
            batch.BatchCommands[0].Parameters.Add(new() { Value = value is DateTimeOffset at ? at.ToUniversalTime() : value });
        return await WriteAsync(batch, cancellation);
    }

    // A write whose answer was lost may have been committed.
    private async Task<int> WriteAsync(NpgsqlBatch batch, CancellationToken cancellation)
    {
        try
        {
            return await batch.ExecuteNonQueryAsync(cancellation);
        }
        finally
        {
            shelf.Changed();
        }
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = store.Storage.Database.CreateConnection();
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private static string Bind(NpgsqlCommand command, object value)
    {
        command.Parameters.Add(new() { Value = value });
        return string.Create(CultureInfo.InvariantCulture, $"${command.Parameters.Count}");
    }

    /// <param name="Dropped">Words that no word of a product is near to.</param>
    private sealed record Meant(string Text, IReadOnlyList<string> Dropped);
}
