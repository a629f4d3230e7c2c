using Marten;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Releases a reservation that has expired and was not sold.</summary>
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
