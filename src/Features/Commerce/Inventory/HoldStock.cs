using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Reserves stock for a limited time, without an order.</summary>
public sealed record HoldStock(Guid ReservationId, IReadOnlyList<StockLine> Lines, TimeSpan Hold);

/// <summary>The reservation, or the lines without enough stock.</summary>
public sealed record StockHeld(Reservation? Reservation, IReadOnlyList<StockShortage> Shortages);

public static class HoldStockHandler
{
    public static async Task<(StockHeld, OutgoingMessages)> Handle(HoldStock command, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var expiresAt = now + command.Hold;
        var shortages = await Stock.ReserveAsync(session, command.ReservationId, command.Lines, expiresAt, cancellation);
        if (shortages.Count > 0) return (new(null, shortages), []);

        OutgoingMessages later = [];
        later.Schedule(new ReleaseWhenExpired(command.ReservationId), expiresAt);
        return (new(await Stock.FindReservationAsync(session, command.ReservationId, cancellation), []), later);
    }
}
