using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Store;
using Aarya.Infrastructure.Postgres;
using Npgsql;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>The products whose latest change has not reached Elasticsearch yet, as <see cref="ProductIndex"/> records them.</summary>
public sealed class PendingProducts(ISearchStore store)
{
    // A product and all its variants at one moment; the chosen products come first, with its revision.
    private const string Read =
        """
        , line as (
          select chosen.product_id, chosen.revision, coalesce(published, false) as published, slug, name, description, category, image,
            published_at, currency, sku, size, colour, variant.price_minor, compare_at_minor, coalesce(available, 0) as available,
            ancestors, materials, barcode
          from chosen left join search.product using (product_id)
          left join search.variant on published and variant.product_id = chosen.product_id left join search.stock using (sku)
        )
        select * from line order by product_id, sku
        """;

    /// <summary>The products that have waited longest.</summary>
    internal async Task<IReadOnlyList<ChangedProduct>> OldestAsync(int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            with chosen as materialized (
              select product_id, revision from search.elasticsearch_pending order by since limit $1
            ) {Read}
            """, connection)
        { Parameters = { new() { Value = most } } };
        return await ReadAsync(command, cancellation);
    }

    /// <summary>A page of all products on sale, each with a new revision.</summary>
    /// <param name="after">The last product of the page before.</param>
    internal async Task<IReadOnlyList<ChangedProduct>> AllAsync(Guid after, int most, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            $"""
            with page as materialized (
              select product_id from search.product where published and product_id > $1 order by product_id limit $2
            ), chosen as materialized (select product_id, nextval('search.elasticsearch_revision') as revision from page) {Read}
            """, connection)
        { Parameters = { new() { Value = after }, new() { Value = most } } };
        return await ReadAsync(command, cancellation);
    }

    /// <summary>Products that Elasticsearch has now: they are no longer pending, unless they have changed meanwhile.</summary>
    internal Task DoneAsync(IReadOnlyCollection<ChangedProduct> products, CancellationToken cancellation) => WriteAsync(
        """
        with sent as (select * from unnest($1::uuid[], $2::bigint[]) as line(product_id, revision)), done as (
          delete from search.elasticsearch_pending as pending using sent
          where pending.product_id = sent.product_id and pending.revision = sent.revision
        )
        update search.elasticsearch_pending as pending set since = now() from sent
        where pending.product_id = sent.product_id and pending.revision <> sent.revision
        """, products, cancellation);

    /// <summary>
    /// Products of which Elasticsearch has a higher revision get a new one. Two changes at once can be committed in the other order than
    /// they got their revisions. The sequence jumps, because it may be far behind after PostgreSQL was restored to an earlier state.
    /// </summary>
    internal Task RaiseAsync(IReadOnlyCollection<ChangedProduct> products, CancellationToken cancellation) => WriteAsync(
        """
        update search.elasticsearch_pending as pending
        set revision = setval('search.elasticsearch_revision', nextval('search.elasticsearch_revision') + 1000000)
        from unnest($1::uuid[], $2::bigint[]) as sent(product_id, revision)
        where pending.product_id = sent.product_id and pending.revision = sent.revision
        """, products, cancellation);

    /// <summary>True when a product has been pending for longer than <paramref name="longest"/>.</summary>
    internal async Task<bool> IsBehindAsync(TimeSpan longest, CancellationToken cancellation)
    {
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var command = new NpgsqlCommand(
            "select exists (select from search.elasticsearch_pending where since < now() - $1)", connection)
        { Parameters = { new() { Value = longest } } };
        return (bool)(await command.ExecuteScalarAsync(cancellation))!;
    }

    private async Task WriteAsync(string sql, IReadOnlyCollection<ChangedProduct> products, CancellationToken cancellation)
    {
        if (products.Count == 0) return;
        var ids = products.Select(x => x.Id).ToArray();
        await using var connection = await store.OpenConnectionAsync(cancellation);
        await using var batch = connection.CreateBatch();
        // In the order in which changes lock them, so that none deadlocks.
        batch.BatchCommands.Add(
            new("select from search.elasticsearch_pending where product_id = any ($1) order by product_id for update")
            {
                Parameters = { new() { Value = ids } },
            });
        batch.BatchCommands.Add(new(sql)
        {
            Parameters = { new() { Value = ids }, new() { Value = products.Select(x => x.Revision).ToArray() } },
        });
        await batch.ExecuteNonQueryAsync(cancellation);
    }

    private static async Task<IReadOnlyList<ChangedProduct>> ReadAsync(NpgsqlCommand command, CancellationToken cancellation)
    {
        List<ChangedProduct> products = [];
        List<VariantDocument> variants = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var id = reader.GetGuid(0);
            if (products.Count == 0 || products[^1].Id != id)
            {
                EndProduct();
                products.Add(new(id, reader.GetInt64(1), reader.GetBoolean(2)
                    ? new ProductDocument(
                        id, reader.GetInt64(1), reader.GetString(3), reader.GetString(4), reader.GetString(5), reader.GetString(6),
                        reader.GetString(7), [], new(reader.GetDateTime(8)))
                    {
                        Ancestors = await reader.GetFieldValueAsync<string[]>(16, cancellation),
                        Materials = await reader.GetFieldValueAsync<string[]>(17, cancellation),
                    }
                    : null));
            }

            if (await reader.IsDBNullAsync(10, cancellation)) continue;
            var currency = reader.GetString(9);
            variants.Add(new(
                reader.GetString(10), reader.GetString(11), reader.GetString(12), new(reader.GetInt64(13), currency),
                await reader.IsDBNullAsync(14, cancellation) ? null : new(reader.GetInt64(14), currency), reader.GetInt32(15),
                reader.GetString(18)));
        }

        EndProduct();
        return products;

        void EndProduct()
        {
            if (variants.Count > 0) products[^1] = products[^1] with { Product = products[^1].Product! with { Variants = [.. variants] } };
            variants.Clear();
        }
    }
}

/// <param name="Revision">Higher for every change of the product; Elasticsearch gets it as the external version.</param>
/// <param name="Product">Null for a product that is not on sale.</param>
internal sealed record ChangedProduct(Guid Id, long Revision, ProductDocument? Product);
