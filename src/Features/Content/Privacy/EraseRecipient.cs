using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Privacy.Erasure;
using Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>Deletes the notifications and mails to a person, whatever address they went to.</summary>
public static class EraseRecipientHandler
{
    public static PersonalDataErasedNotice? Handle(UserErasedNotice erased, IDocumentSession session)
    {
        Guid[] subjects = [erased.UserId, .. erased.Guests];
        Guid[] orders = [.. erased.Orders ?? []];
        session.DeleteWhere<Notification>(x => x.Subject.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.DeleteWhere<EmailMessage>(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.EraseTraces([.. subjects, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
