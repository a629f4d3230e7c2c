using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Notifications;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.PriceAlerts;

/// <summary>Informs a shopper that a variant they wanted to have cheaper is cheaper now.</summary>
public static class TellPriceDroppedHandler
{
    public static Task<OutgoingMessages> Handle(
        PriceDroppedNotice dropped, ShopperNews shopper, ShopPages pages, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation) =>
        shopper.TellAsync(
            session,
            new News<ItemNews>(
                LetterKinds.PriceDropped, dropped.AlertId, pages.NewsOf(dropped.Item, dropped.From), dropped.Subject, dropped.Email,
                dropped.Language),
            now, cancellation);
}
