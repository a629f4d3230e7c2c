using Aarya.Infrastructure.Postgres;
using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.Wishlist;

/// <summary>The SKUs that shoppers keep for later, in <c>commerce.wishlist</c>.</summary>
public static class Wishes
{
    /// <summary>The most SKUs of one shopper.</summary>
    public const int Most = 200;

    /// <summary>The shopper's SKUs; another change of them waits until this transaction ends.</summary>
    public static async Task<IReadOnlyList<string>> LockAsync(IDocumentSession session, Guid subject, CancellationToken cancellation)
    {
        await session.LockAsync($"wishlist {subject}", cancellation);
        return await session.AdvancedSql.QueryAsync<string>(
            "select sku from commerce.wishlist where subject = ?", cancellation, subject);
    }

    public static void Add(IDocumentSession session, Guid subject, string sku, bool isGuest, DateTimeOffset now) =>
        session.QueueSqlCommand(
            "insert into commerce.wishlist (subject, sku, added_at, by_guest) values (?, ?, ?, ?) on conflict do nothing",
            subject, sku, now, isGuest);

    public static void Remove(IDocumentSession session, Guid subject, string sku) =>
        session.QueueSqlCommand("delete from commerce.wishlist where subject = ? and sku = ?", subject, sku);

    /// <summary>Everything that the guest keeps becomes the account's, even beyond <see cref="Most"/>.</summary>
    public static void HandOver(IDocumentSession session, Guid guest, Guid account) => session.QueueSqlCommand(
        """
        with gone as (delete from commerce.wishlist where subject = ? returning sku, added_at)
        insert into commerce.wishlist (subject, sku, added_at, by_guest)
        select ?::uuid, sku, added_at, false from gone order by sku on conflict do nothing
        """,
        guest, account);

    public static void Forget(IDocumentSession session, Guid[] subjects) =>
        session.QueueSqlCommand("delete from commerce.wishlist where subject = any (?)", [subjects]);

    /// <summary>What the shoppers keep, the newest first. A SKU that the shop has not had for long has no name.</summary>
    public static async Task<IReadOnlyList<WishlistItem>> ReadAsync(
        IQuerySession session, Guid[] subjects, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            select wishlist.sku, added_at, product_id, slug, name, size, colour, image, price_minor, currency, coalesce(published, false),
                coalesce(on_hand - reserved, 0)
            from commerce.wishlist left join commerce.variant using (sku) left join commerce.stock using (sku)
            where subject = any ($1) order by added_at desc, wishlist.sku
            """)
        {
            Parameters = { new() { Value = subjects } },
        };
        List<WishlistItem> items = [];
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation))
        {
            var addedAt = await reader.GetFieldValueAsync<DateTimeOffset>(1, cancellation);
            var item = new WishlistItem(reader.GetString(0), addedAt, reader.GetBoolean(10));
            items.Add(await reader.IsDBNullAsync(2, cancellation) ? item : item with
            {
                ProductId = reader.GetGuid(2),
                Slug = reader.GetString(3),
                Name = reader.GetString(4),
                Size = reader.GetString(5),
                Colour = reader.GetString(6),
                Image = reader.GetString(7),
                Price = new Money(reader.GetInt64(8), reader.GetString(9)),
                Available = item.OnSale ? reader.GetInt32(11) : 0,
            });
        }

        return items;
    }
}

/// <param name="OnSale">False when the shop does not sell it now.</param>
/// <param name="Name">The product's name; like the next ones absent when no product has the SKU any longer.</param>
/// <param name="Price">What it costs now.</param>
/// <param name="Available">How many can be ordered now.</param>
public sealed record WishlistItem(
    string Sku, DateTimeOffset AddedAt, bool OnSale, Guid? ProductId = null, string? Slug = null, string? Name = null, string? Size = null,
    string? Colour = null, string? Image = null, Money? Price = null, int Available = 0);
