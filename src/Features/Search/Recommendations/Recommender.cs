using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Store;
using Npgsql;

namespace Aarya.Features.Search.Recommendations;

/// <summary>Finds products to recommend in the index: the same category, a similar price, and what others bought.</summary>
public sealed class Recommender(ISearchStore store)
{
    private const string Offer =
        """
        select product.product_id, slug, name, category, product.price_minor, currency, image,
          exists (select from search.variant join search.stock using (sku)
            where variant.product_id = product.product_id and available > 0) as in_stock
        from search.product
        """;

    /// <summary>Other products of its category, those in stock and nearest in price first; null when there is no such product.</summary>
    public async Task<IReadOnlyList<ProductHit>?> RelatedAsync(string idOrSlug, int limit, CancellationToken cancellation)
    {
        var byId = Guid.TryParseExact(idOrSlug, "D", out var id);
        await using var connection = await OpenAsync(cancellation);
        await using var find = new NpgsqlCommand(
            $"select product_id, category, price_minor from search.product where published and {(byId ? "product_id" : "slug")} = $1",
            connection)
        {
            Parameters = { new() { Value = byId ? id : idOrSlug } },
        };
        string category;
        long price;
        await using (var reader = await find.ExecuteReaderAsync(cancellation))
        {
            if (!await reader.ReadAsync(cancellation)) return null;
            (id, category, price) = (reader.GetGuid(0), reader.GetString(1), reader.GetInt64(2));
        }

        return await ReadAsync(connection,
            $"{Offer} where published and category = $1 and product_id <> $2 order by in_stock desc, abs(product.price_minor - $3), "
            + $"product_id limit $4",
            cancellation, category, id, price, limit);
    }

    /// <summary>
    /// Products for a person: first those in stock, of categories that the person bought from; then by sales, similar price and newness.
    /// </summary>
    public async Task<IReadOnlyList<ProductHit>> ForAsync(Guid? subject, int limit, CancellationToken cancellation)
    {
        await using var connection = await OpenAsync(cancellation);
        return await ReadAsync(connection,
            $"""
            with bought as (
              select distinct product.product_id, product.category, product.price_minor
              from search.purchase join search.variant using (sku) join search.product using (product_id)
              where subject = $1
            ), usual as (
              select category, avg(price_minor) as price from bought group by category
            ), sold as (
              select product_id, sum(quantity) as pieces from search.purchase join search.variant using (sku)
              where at > now() - interval '30 days' group by product_id
            ), offer as (
              {Offer} where published and product_id not in (select product_id from bought)
            )
            select offer.* from offer left join usual on usual.category = offer.category
              left join sold using (product_id) join search.product using (product_id)
            order by in_stock desc, usual.price is not null desc, pieces desc nulls last,
              abs(offer.price_minor - usual.price) nulls last, published_at desc, product_id
            limit $2
            """, cancellation, subject ?? Guid.Empty, limit);
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        var connection = store.Storage.Database.CreateConnection();
        await connection.OpenAsync(cancellation);
        return connection;
    }

    private static async Task<IReadOnlyList<ProductHit>> ReadAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation,
        params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        List<ProductHit> hits = [];
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            hits.Add(new(reader.GetGuid(0), reader.GetString(1), reader.GetString(2), reader.GetString(3),
                new(reader.GetInt64(4), reader.GetString(5)), null,
                reader.GetString(6) is { Length: > 0 } image ? image : null, reader.GetBoolean(7)));
        }

        return hits;
    }
}
