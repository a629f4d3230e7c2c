using Aarya.Infrastructure.Postgres;
using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.PriceAlerts;

/// <summary>
/// Turns the alerts for a SKU whose price has fallen into news for the shoppers; those who saw the lowest price come first.
/// </summary>
public sealed record TellPriceDrop(string Sku)
{
    /// <summary>The most alerts that one transaction turns into news.</summary>
    public const int Most = 200;
}

public static class TellPriceDropHandler
{
    public static async Task<OutgoingMessages> Handle(
        TellPriceDrop command, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        // Two of these messages at the same moment: the second waits, and then finds what the first has left.
        await session.LockAsync($"price alerts of {command.Sku}", cancellation);
        if (await PricedItem.FindAsync(session, command.Sku, cancellation) is not { } item) return [];
        var due = await session.Query<PriceAlert>().Where(x => x.Sku == command.Sku && x.Price > item.Price.Minor).OrderBy(x => x.Price)
            .Take(TellPriceDrop.Most).ToListAsync(cancellation);
        foreach (var alert in due) session.Delete(alert);
        OutgoingMessages news = [.. due.Select(x => x.NewsOf(item, now)).OfType<object>()];
        if (due.Count == TellPriceDrop.Most) news.Add(command);
        return news;
    }
}
