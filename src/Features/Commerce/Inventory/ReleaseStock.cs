using Marten;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Releases a reservation before it expires; one that has ended stays as it is.</summary>
public sealed record ReleaseStock(Guid ReservationId);

public static class ReleaseStockHandler
{
    public static async Task<Reservation?> Handle(ReleaseStock command, IDocumentSession session, CancellationToken cancellation)
    {
        await Stock.ReleaseAsync(session, command.ReservationId, cancellation);
        return await Stock.FindReservationAsync(session, command.ReservationId, cancellation);
    }
}
