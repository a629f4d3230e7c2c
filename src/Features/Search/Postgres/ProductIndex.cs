using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Aarya.Features.Search.Postgres;

/// <summary>
/// The index of the published catalogue, in PostgreSQL. Writes may arrive in any order and more than once: the higher version or sequence
/// wins, and of two states of a product with the same version the one with the later tree of categories. PostgreSQL's engine finds a write
/// at most a second after it has returned.
/// </summary>
public sealed class ProductIndex(ISearchStore store, Shelf shelf)
{
    // In the order of the ids, so that two writers cannot deadlock. A row that is already pending gets its revision under its lock. A new
    // row gets it before, so a later change may reach Elasticsearch first: PendingProducts.RaiseAsync corrects that.
    private const string BecomePending = "insert into search.elasticsearch_pending as pending (product_id, revision)";
    private const string AsPending =
        "where exists (select from search.elasticsearch_index) order by product_id "
        + "on conflict (product_id) do update set revision = nextval('search.elasticsearch_revision')";

    /// <summary>
    /// Adds products, and replaces those whose state in the index is not later. What a document does not know stays as it is in the index.
    /// </summary>
    /// <param name="since">
    /// For a refill, when it began: it also replaces a later state that was indexed before then. The catalogue has gone back to an earlier
    /// one.
    /// </param>
    public async Task IndexAsync(
        IReadOnlyList<ProductDocument> products, CancellationToken cancellation, DateTimeOffset? since = null)
    {
        if (products.Count == 0) return;
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = products.All(x => x.IsComplete) ? null : await connection.BeginTransactionAsync(cancellation);
        if (transaction is not null) products = await CompleteAsync(products, connection, transaction, cancellation);
        await using var batch = new NpgsqlBatch(connection, transaction);
        // Locks the stock in the order of the SKUs, then the products in the order of their ids: concurrent indexing and stock refreshes
        // wait for each other in one order, and cannot deadlock.
        batch.BatchCommands.Add(HoldingStock(products.SelectMany(x => x.Variants).Select(x => x.Sku)));
        var indexed = products.OrderBy(x => x.Id).Select(Plain)
            .Select(x => (Product: x, Words: IndexedWords.Of(x))).ToList();
        foreach (var (product, words) in indexed) batch.BatchCommands.Add(Indexing(product, words, since));
        batch.BatchCommands.Add(Pending(indexed.Select(x => x.Product.Id)));
        // First the words: who reads the products knows them. Words that no product on sale has are never what a typo meant.
        await IndexedWords.RememberAsync(connection, indexed.SelectMany(x => x.Words.Known), cancellation);
        await WriteAsync(batch, cancellation, transaction);
    }

    // Adds what the index knows. Its rows stay locked, so that what is read does not change before it is written again.
    private static async Task<IReadOnlyList<ProductDocument>> CompleteAsync(
        IReadOnlyList<ProductDocument> products, NpgsqlConnection connection, NpgsqlTransaction transaction,
        CancellationToken cancellation)
    {
        var ids = products.Select(x => x.Id).ToArray();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands =
            {
                HoldingStock(products.SelectMany(x => x.Variants).Select(x => x.Sku)),
                new(
                    """
                    select product_id, category, ancestors, tree_version, materials from search.product
                    where product_id = any ($1) order by product_id for update
                    """)
                { Parameters = { new() { Value = ids } } },
                new("select product_id, sku, barcode from search.variant where product_id = any ($1)")
                {
                    Parameters = { new() { Value = ids } },
                },
            },
        };
        Dictionary<Guid, KnownProduct> known = [];
        Dictionary<(Guid, string), string> barcodes = [];
        await using var reader = await batch.ExecuteReaderAsync(cancellation);
        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            known[reader.GetGuid(0)] = new(
                reader.GetString(1), await reader.GetFieldValueAsync<string[]>(2, cancellation), reader.GetInt64(3),
                await reader.GetFieldValueAsync<string[]>(4, cancellation));
        }

        await reader.NextResultAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) barcodes[(reader.GetGuid(0), reader.GetString(1))] = reader.GetString(2);
        return [.. products.Select(Complete)];

        ProductDocument Complete(ProductDocument product)
        {
            var before = known.GetValueOrDefault(product.Id);
            var hasMoved = before?.Category != SearchQuery.Plain(product.Category);
            return product with
            {
                Ancestors = product.Ancestors ?? (hasMoved ? [] : before!.Ancestors),
                TreeVersion = product.Ancestors is not null ? product.TreeVersion : hasMoved ? 0 : before!.TreeVersion,
                Materials = product.Materials ?? before?.Materials ?? [],
                Variants =
                [
                    .. product.Variants.Select(
                        x => x with { Barcode = x.Barcode ?? barcodes.GetValueOrDefault((product.Id, x.Sku), "") }),
                ],
            };
        }
    }

    // The values of filters are stored in one spelling.
    private static ProductDocument Plain(ProductDocument product) => product with
    {
        Category = SearchQuery.Plain(product.Category),
        Ancestors = [.. product.Ancestors!.Select(SearchQuery.Plain)],
        Materials = [.. product.Materials!.Select(SearchQuery.Plain)],
        Variants = [.. product.Variants.Select(x => x with { Size = SearchQuery.Plain(x.Size), Colour = SearchQuery.Plain(x.Colour) })],
    };

    private static NpgsqlBatchCommand Indexing(ProductDocument product, IndexedWords words, DateTimeOffset? since)
    {
        var variants = product.Variants;
        return new(
            $"""
            with indexed as (
              insert into search.product as known
                (product_id, version, published, slug, name, description, category, image, price_minor, currency, published_at, words,
                 word_rules, ancestors, materials, tree_version)
              values ($1, $2, true, $3, $4, $5, $6, $8, $9, $10, coalesce($11, now()), {IndexedWords.Vector("$7", "$18")}, $19, $20, $21,
                $23)
              on conflict (product_id) do update set version = excluded.version, published = true,
                slug = excluded.slug, name = excluded.name, description = excluded.description,
                category = excluded.category, words = excluded.words, word_rules = excluded.word_rules, image = excluded.image,
                ancestors = excluded.ancestors, materials = excluded.materials, tree_version = excluded.tree_version,
                price_minor = excluded.price_minor, currency = excluded.currency,
                published_at = coalesce($11, known.published_at), indexed_at = now()
              where (known.version, known.tree_version) <= (excluded.version, excluded.tree_version) or known.indexed_at < $24
              returning product_id
            ), gone as (
              delete from search.variant using indexed where variant.product_id = indexed.product_id and sku <> all($12)
            ), kept as (
              insert into search.variant (product_id, sku, size, colour, price_minor, compare_at_minor, barcode)
              select product_id, line.* from indexed
              cross join unnest($12::text[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $22::text[])
                as line(sku, size, colour, price, compare, barcode)
              on conflict (product_id, sku) do update set size = excluded.size, colour = excluded.colour,
                price_minor = excluded.price_minor, compare_at_minor = excluded.compare_at_minor, barcode = excluded.barcode
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
                new() { Value = product.Ancestors!.ToArray() },
                new() { Value = product.Materials!.ToArray() },
                new() { Value = variants.Select(x => x.Barcode).ToArray() },
                new() { Value = product.TreeVersion },
                new() { Value = (object?)since?.ToUniversalTime() ?? DBNull.Value, NpgsqlDbType = NpgsqlDbType.TimestampTz },
            },
        };
    }

    /// <summary>Takes a product from sale, unless its version in the index is not lower.</summary>
    public async Task WithdrawAsync(Guid productId, long version, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        // An unknown product gets a row too, so that an older publication that arrives later does not bring it back.
        batch.BatchCommands.Add(new(
            """
            insert into search.product as known
              (product_id, version, published, slug, name, description, category, image, price_minor, currency, published_at)
            values ($1, $2, false, '', '', '', '', '', 0, 'INR', now())
            on conflict (product_id) do update set version = excluded.version, published = false, indexed_at = now()
              where known.version < excluded.version
            """)
        { Parameters = { new() { Value = productId }, new() { Value = version } } });
        batch.BatchCommands.Add(Pending([productId]));
        await WriteAsync(batch, cancellation);
    }

    /// <summary>Sets how many of a SKU can be bought, unless the sequence in the index is not lower.</summary>
    public async Task SetStockAsync(string sku, int available, long sequence, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(new(
            """
            insert into search.stock as known (sku, available, sequence) values ($1, $2, $3)
            on conflict (sku) do update set available = excluded.available, sequence = excluded.sequence, indexed_at = now()
              where known.sequence < excluded.sequence
            """)
        { Parameters = { new() { Value = sku }, new() { Value = available }, new() { Value = sequence } } });
        batch.BatchCommands.Add(PendingOf([sku]));
        await WriteAsync(batch, cancellation);
    }

    /// <summary>
    /// For a refill that began at <paramref name="since"/>: sets the versions of products that the catalogue has withdrawn, unless they
    /// were indexed later. They may be lower, when the catalogue has gone back to an earlier state. <see cref="EndRefillAsync"/> takes the
    /// products from sale.
    /// </summary>
    public async Task SetVersionsAsync(IReadOnlyDictionary<Guid, long> versions, DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            """
            with old as materialized (
              select product_id from search.product where product_id = any ($1) and indexed_at < $3 order by product_id for update
            )
            update search.product as known set version = line.version
            from old join unnest($1::uuid[], $2::bigint[]) as line(product_id, version) using (product_id)
            where known.product_id = old.product_id and known.version <> line.version
            """, connection)
        {
            Parameters =
            {
                new() { Value = versions.Keys.ToArray() },
                new() { Value = versions.Values.ToArray() },
                new() { Value = since.ToUniversalTime() },
            },
        };
        await command.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>
    /// For a refill that began at <paramref name="since"/>: sets the stock that the catalogue reports, unless it was updated later.
    /// </summary>
    public async Task RefreshStockAsync(IReadOnlyList<StockDocument> stock, DateTimeOffset since, CancellationToken cancellation)
    {
        var skus = stock.Select(x => x.Sku).ToArray();
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        batch.BatchCommands.Add(HoldingStock(skus));
        batch.BatchCommands.Add(new(
            """
            update search.stock set available = line.available, sequence = coalesce(line.sequence, stock.sequence), indexed_at = now()
            from unnest($1::text[], $2::integer[], $3::bigint[]) as line(sku, available, sequence)
            where stock.sku = line.sku and stock.indexed_at < $4
            """)
        {
            Parameters =
            {
                new() { Value = skus },
                new() { Value = stock.Select(x => x.Available).ToArray() },
                new() { Value = stock.Select(x => x.Sequence).ToArray() },
                new() { Value = since.ToUniversalTime() },
            },
        });
        batch.BatchCommands.Add(PendingOf(skus));
        await WriteAsync(batch, cancellation);
    }

    private static NpgsqlBatchCommand HoldingStock(IEnumerable<string> skus) =>
        new("select from search.stock where sku = any($1) order by sku for update") { Parameters = { new() { Value = skus.ToArray() } } };

    /// <summary>
    /// Ends a refill: products that nothing has indexed since it began are no longer on sale, and the index of Elasticsearch, where one
    /// is fed, is built again.
    /// </summary>
    /// <returns>How many products were withdrawn.</returns>
    public async Task<int> EndRefillAsync(DateTimeOffset since, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var transaction = await connection.BeginTransactionAsync(cancellation);
        await using var forget = new NpgsqlCommand(
            """
            with old as materialized (
              select product_id from search.product where published and indexed_at < $1 order by product_id for update
            ), forgotten as (
              update search.product set published = false, indexed_at = now() where product_id = any(array(select product_id from old))
              returning product_id
            )
            select coalesce(array_agg(product_id), '{}') from forgotten
            """, connection, transaction)
        { Parameters = { new() { Value = since.ToUniversalTime() } } };
        var forgotten = (Guid[])(await forget.ExecuteScalarAsync(cancellation))!;
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { Pending(forgotten), new("update search.elasticsearch_index set rebuild_requested = true where complete") },
        };
        await batch.ExecuteNonQueryAsync(cancellation);
        try
        {
            await transaction.CommitAsync(cancellation);
        }
        finally
        {
            shelf.Changed();
        }

        return forgotten.Length;
    }

    /// <summary>
    /// A part of a transaction that changes products: where Elasticsearch is fed, they become pending, each with a new revision.
    /// </summary>
    internal static NpgsqlBatchCommand Pending(IEnumerable<Guid> products) => new(
        $"{BecomePending} select product_id, nextval('search.elasticsearch_revision') from (select unnest($1::uuid[])) as line(product_id) "
        + AsPending)
    {
        Parameters = { new() { Value = products.Distinct().ToArray() } },
    };

    // The same for products whose stock has changed.
    private static NpgsqlBatchCommand PendingOf(IEnumerable<string> skus) => new(
        $"{BecomePending} select product_id, nextval('search.elasticsearch_revision') "
        + $"from (select distinct product_id from search.variant where sku = any ($1)) as line {AsPending}")
    {
        Parameters = { new() { Value = skus.ToArray() } },
    };

    // A write whose answer was lost may have been committed.
    private async Task WriteAsync(NpgsqlBatch batch, CancellationToken cancellation, NpgsqlTransaction? transaction = null)
    {
        try
        {
            await batch.ExecuteNonQueryAsync(cancellation);
            if (transaction is not null) await transaction.CommitAsync(cancellation);
        }
        finally
        {
            shelf.Changed();
        }
    }

    private sealed record KnownProduct(
        string Category, IReadOnlyList<string> Ancestors, long TreeVersion, IReadOnlyList<string> Materials);
}
