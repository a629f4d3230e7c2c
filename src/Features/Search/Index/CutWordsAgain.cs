using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Aarya.Features.Search.Index;

/// <summary>
/// Cuts the words again of products that were indexed by older rules of <see cref="Words"/>, once after a start. A row that an older
/// process writes meanwhile is cut at the next start, or when its product is published again.
/// </summary>
public sealed partial class CutWordsAgain(ISearchStore store, Shelf shelf, TimeProvider time, ILogger<CutWordsAgain> log)
    : Worker(time, log)
{
    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await RunAsync(stopping);
        return null;
    }

    /// <summary>Cuts all rows with older rules, page by page; several processes may do so at once.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        var products = 0;
        for (int page; (page = await CutPageAsync(connection, cancellation)) > 0;) products += page;
        await CutVocabularyAsync(connection, cancellation);
        if (products > 0) shelf.Rewritten();
        if (products > 0) LogDone(Log, products);
    }

    private static async Task<int> CutPageAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        List<ProductDocument> products = [];
        await using (var select = new NpgsqlCommand(
            """
            select product_id, name, category, description, ancestors, materials from search.product
            where published and word_rules < $1 order by product_id limit 200 for update skip locked
            """, connection, transaction)
        { Parameters = { new() { Value = Words.Rules } } })
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                products.Add(new(reader.GetGuid(0), 0, "", reader.GetString(1), reader.GetString(3), reader.GetString(2), "", [], null)
                {
                    Ancestors = await reader.GetFieldValueAsync<string[]>(4, cancellation),
                    Materials = await reader.GetFieldValueAsync<string[]>(5, cancellation),
                });
            }
        }

        if (products.Count == 0) return 0;
        List<(Guid Id, VariantDocument Variant)> variants = [];
        await using (var select = new NpgsqlCommand(
            "select product_id, sku, size, colour, barcode from search.variant where product_id = any ($1)", connection, transaction)
        { Parameters = { new() { Value = products.Select(x => x.Id).ToArray() } } })
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                var (size, colour) = (SearchQuery.Plain(reader.GetString(2)), SearchQuery.Plain(reader.GetString(3)));
                variants.Add((reader.GetGuid(0), new(reader.GetString(1), size, colour, default, null, 0, reader.GetString(4))));
            }
        }

        var variantsOf = variants.ToLookup(x => x.Id, x => x.Variant);
        HashSet<string> known = [];
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var product in products)
        {
            var id = product.Id;
            var words = IndexedWords.Of(product with { Variants = [.. variantsOf[id]] });
            known.UnionWith(words.Known);
            batch.BatchCommands.Add(new(
                $"""
                update search.product set category = $2, words = {IndexedWords.Vector("$3", "$4")}, word_rules = $5 where product_id = $1
                """)
            {
                Parameters =
                {
                    new() { Value = id },
                    new() { Value = SearchQuery.Plain(product.Category) },
                    new() { Value = words.Words },
                    new() { Value = words.Places },
                    new() { Value = Words.Rules },
                },
            });
            batch.BatchCommands.Add(new(
                """
                update search.variant set size = line.size, colour = line.colour
                from unnest($2::text[], $3::text[], $4::text[]) as line(sku, size, colour)
                where product_id = $1 and variant.sku = line.sku and (variant.size, variant.colour) <> (line.size, line.colour)
                """)
            {
                Parameters =
                {
                    new() { Value = id },
                    new() { Value = variantsOf[id].Select(x => x.Sku).ToArray() },
                    new() { Value = variantsOf[id].Select(x => x.Size).ToArray() },
                    new() { Value = variantsOf[id].Select(x => x.Colour).ToArray() },
                },
            });
        }

        batch.BatchCommands.Add(ProductIndex.Pending(products.Select(x => x.Id)));
        await IndexedWords.RememberAsync(connection, known, cancellation);
        await batch.ExecuteNonQueryAsync(cancellation);
        await transaction.CommitAsync(cancellation);
        return products.Count;
    }

    // Deletes words that today's rules cut differently, and stores synonyms under the words that are looked up today.
    private static async Task CutVocabularyAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        List<string> old = [];
        await using (var select = new NpgsqlCommand("select word from search.word where word ~ '[^a-z]'", connection))
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
            {
                if (Words.Of(reader.GetString(0)) is not [var word] || word.Joined != reader.GetString(0)) old.Add(reader.GetString(0));
            }
        }

        List<(string Term, string[] Words)> synonyms = [];
        await using (var select = new NpgsqlCommand("select term, words from search.synonym order by term", connection))
        await using (var reader = await select.ExecuteReaderAsync(cancellation))
        {
            while (await reader.ReadAsync(cancellation))
                synonyms.Add((reader.GetString(0), await reader.GetFieldValueAsync<string[]>(1, cancellation)));
        }

        await using var batch = connection.CreateBatch();
        // In order, so that another process that does the same at this moment cannot deadlock.
        batch.BatchCommands.Add(new(
            "delete from search.word where word in (select word from search.word where word = any ($1) order by word for update)")
        { Parameters = { new() { Value = old.ToArray() } } });
        foreach (var (term, words) in synonyms)
        {
            string[] today = [.. words.SelectMany(Words.Of).Select(x => x.Joined).Distinct()];
            if (Words.Of(term) is not [var word] || (word.Joined == term && today.SequenceEqual(words))) continue;
            batch.BatchCommands.Add(new("delete from search.synonym where term = $1") { Parameters = { new() { Value = term } } });
            batch.BatchCommands.Add(new(
                """
                insert into search.synonym as known (term, words) values ($1, $2)
                on conflict (term) do update set words = array(select distinct unnest(known.words || excluded.words) order by 1)
                """)
            { Parameters = { new() { Value = word.Joined }, new() { Value = today } } });
        }

        await batch.ExecuteNonQueryAsync(cancellation);
    }

    [LoggerMessage(LogLevel.Information, "Cut the words of {Products} products in the search index again, by today's rules")]
    private static partial void LogDone(ILogger logger, int products);
}
