using Marten;
using Wolverine;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Takes stock out of sale for a while, for somebody who has no order yet.</summary>
public sealed record HoldStock(Guid ReservationId, IReadOnlyList<StockLine> Lines, TimeSpan Hold);

/// <summary>The reservation as it stands, or what it is short of.</summary>
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

/// <summary>Gives held stock back when its time is over and nobody has bought it.</summary>
public sealed record ReleaseWhenExpired(Guid ReservationId);

public static class ReleaseWhenExpiredHandler
{
    public static async Task Handle(ReleaseWhenExpired command, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var reservation = await Stock.FindReservationAsync(session, command.ReservationId, cancellation);
        if (reservation is { Status: "held" } && reservation.ExpiresAt <= now)
            await Stock.ReleaseAsync(session, command.ReservationId, cancellation);
    }
}
