using Marten;

namespace Aarya.Features.Commerce.PriceAlerts;

internal static class PriceAlertList
{
    public static void UsePriceAlerts(this StoreOptions marten) => marten.Schema.For<PriceAlert>()
        .Index(x => new { x.Sku, x.Price })
        .Index(x => x.Subject)
        .UniqueIndex(x => x.EmailIndex, x => x.Sku);

    /// <summary>Which of these products have a SKU that costs less than a shopper who waits was shown.</summary>
    public static async Task<IReadOnlyList<string>> DueAsync(
        IQuerySession session, IReadOnlyCollection<Guid> products, CancellationToken cancellation) => products.Count == 0
        ? []
        : await session.AdvancedSql.QueryAsync<string>(
            """
            select variant.sku from commerce.variant where product_id = any (?) and published and exists (
                select from commerce.mt_doc_pricealert as alert
                where alert.data ->> 'sku' = variant.sku and (alert.data ->> 'price')::bigint > price_minor)
            order by variant.sku
            """,
            cancellation, [products.ToArray()]);

    /// <summary>Every alert to an address becomes this account's, once the session saves.</summary>
    /// <param name="addressIndexes">The blind indexes of the address.</param>
    public static async Task HandOverAsync(
        IDocumentSession session, string[] addressIndexes, Guid userId, CancellationToken cancellation)
    {
        Own(session, await session.Query<PriceAlert>().Where(x => x.EmailIndex.IsOneOf(addressIndexes)).ToListAsync(cancellation), userId);
    }

    /// <summary>Every alert of the guest becomes the account's, once the session saves.</summary>
    public static async Task HandOverAsync(IDocumentSession session, Guid guest, Guid account, CancellationToken cancellation) =>
        Own(session, await session.Query<PriceAlert>().Where(x => x.Subject == guest).ToListAsync(cancellation), account);

    private static void Own(IDocumentSession session, IReadOnlyList<PriceAlert> alerts, Guid subject)
    {
        foreach (var alert in alerts)
        {
            alert.Subject = subject;
            session.Update(alert);
        }
    }
}
