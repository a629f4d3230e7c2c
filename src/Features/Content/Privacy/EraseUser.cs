using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>Forgets what somebody was told. What the address is told later is somebody else's: it may have a new account by then.</summary>
public static class UserErasedHandler
{
    public static async Task<PersonalDataErased?> Handle(UserErased erased, IDocumentSession session, CancellationToken cancellation)
    {
        Guid[] orders = [.. erased.Orders ?? []];
        var told = await session.Query<Notification>()
            .Where(x => x.Subject == erased.UserId || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders))).Select(x => x.Id).ToListAsync(cancellation);
        Guid[] occasions = [.. told];
        var addresses = session.BlindIndexesOf(erased.Email);
        session.DeleteWhere<Notification>(x => x.Id.IsOneOf(occasions));
        // A mail has the id of its occasion.
        session.DeleteWhere<EmailMessage>(x => x.Id.IsOneOf(occasions) || (x.ToIndex.IsOneOf(addresses) && x.CreatedAt <= erased.At));
        session.Delete<EmailMessage>(Notification.IdOf("welcome", erased.UserId));
        session.EraseTraces([erased.UserId, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
