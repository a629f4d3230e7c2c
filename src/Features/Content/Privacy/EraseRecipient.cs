using Aarya.Features.Content.Compaction;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Aarya.Infrastructure.Privacy.Erasure;
using Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>
/// Deletes how a person wants to be written to and what the shop wrote, whatever address it went to, and removes the person from the
/// archive of events.
/// </summary>
public static class EraseRecipientHandler
{
    public static async Task<PersonalDataErasedNotice?> Handle(
        UserErasedNotice erased, IDocumentSession session, ArchiveErasure archive, CancellationToken cancellation)
    {
        Guid[] subjects = [erased.UserId, .. erased.Guests];
        Guid[] orders = [.. erased.Orders ?? []];
        var addresses = await session.Query<EmailMessage>()
            .Where(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders))).Select(x => x.ToIndex)
            .ToListAsync(cancellation);
        string[] indexes = [.. addresses.Distinct(StringComparer.Ordinal)];
        session.DeleteWhere<Suppression>(x => x.EmailIndex.IsOneOf(indexes));
        session.DeleteWhere<Notification>(x => x.Subject.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.DeleteWhere<EmailMessage>(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.DeleteWhere<Recipient>(x => x.Id.IsOneOf(subjects));
        await archive.EraseAsync(session, orders, cancellation);
        session.EraseTraces([.. subjects, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }
}
