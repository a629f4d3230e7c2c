using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>Forgets what somebody was told, in the account and by mail, wherever it went.</summary>
public static class UserErasedHandler
{
    public static PersonalDataErased? Handle(UserErased erased, IDocumentSession session)
    {
        Guid[] subjects = [erased.UserId, .. erased.Guests];
        Guid[] orders = [.. erased.Orders ?? []];
        session.DeleteWhere<Notification>(x => x.Subject.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.DeleteWhere<EmailMessage>(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.EraseTraces([.. subjects, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
