using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Notifications;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.BackInStock;

/// <summary>Informs a shopper that a variant they waited for is back in stock.</summary>
public static class TellBackInStockHandler
{
    public static Task<OutgoingMessages> Handle(
        BackInStockNotice back, ShopperNews shopper, ShopPages pages, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation) =>
        shopper.TellAsync(
            session,
            new News<ItemNews>(
                LetterKinds.BackInStock, back.RequestId, pages.NewsOf(back.Item), back.Subject, back.Email, back.Language),
            now, cancellation);
}
