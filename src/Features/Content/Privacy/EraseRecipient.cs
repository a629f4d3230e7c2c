using Aarya.Features.Content.Compaction;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Privacy.Erasure;
using Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>
/// Deletes the notifications and mails to a person, whatever address they went to, and removes the person from the archive of events.
/// </summary>
public static class EraseRecipientHandler
{
    public static async Task<PersonalDataErasedNotice?> Handle(
        UserErasedNotice erased, IDocumentSession session, ArchiveErasure archive, CancellationToken cancellation)
    {
        Guid[] subjects = [erased.UserId, .. erased.Guests];
        Guid[] orders = [.. erased.Orders ?? []];
        session.DeleteWhere<Notification>(x => x.Subject.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.DeleteWhere<EmailMessage>(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        await archive.EraseAsync(session, orders, cancellation);
        session.EraseTraces([.. subjects, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
