using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.BackInStock;

/// <summary>Handles the first version of the event as the second, so that processes of two releases run side by side.</summary>
public static class TellBackInStockV1Handler
{
    public static Task<OutgoingMessages> Handle(
        BackInStockV1Notice back, ShopperNews shopper, ShopPages pages, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation) =>
        TellBackInStockHandler.Handle(back.ToSecondVersion(), shopper, pages, session, now, cancellation);
}
