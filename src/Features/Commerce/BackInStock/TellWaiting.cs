using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.BackInStock;

/// <summary>Turns the requests for a SKU into news for the shoppers, if it is still in stock; those who asked first come first.</summary>
public sealed record TellWaiting(string Sku)
{
    /// <summary>The most requests that one transaction turns into news.</summary>
    public const int Most = 50;
}

public static class TellWaitingHandler
{
    public static async Task<OutgoingMessages> Handle(
        TellWaiting command, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        if (await WantedItem.FindAsync(session, command.Sku, cancellation) is not { Available: > 0 } item) return [];
        var requests = await WaitingList.TakeAsync(session, x => x.Sku == command.Sku, TellWaiting.Most, cancellation);
        OutgoingMessages news = [.. requests.Select(x => x.NewsOf(item, now)).OfType<object>()];
        if (requests.Count == TellWaiting.Most) news.Add(command);
        return news;
    }
}
