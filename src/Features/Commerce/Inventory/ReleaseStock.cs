using Marten;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Gives held stock back before its time is over; what is gone already is left as it is.</summary>
public sealed record ReleaseStock(Guid ReservationId);

public static class ReleaseStockHandler
{
    public static async Task<Reservation?> Handle(ReleaseStock command, IDocumentSession session, CancellationToken cancellation)
    {
        await Stock.ReleaseAsync(session, command.ReservationId, cancellation);
        return await Stock.FindReservationAsync(session, command.ReservationId, cancellation);
    }
}
