using Aarya.Features.Content.Compaction;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Aarya.Infrastructure.Postgres;
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
        // A reminder of a cart that is being written at this moment is there afterwards, and erased, too.
        foreach (var subject in subjects.Order()) await Recipient.LockAsync(session, subject, cancellation);
        await LiftSuppressionsAsync(session, subjects, orders, cancellation);
        session.DeleteWhere<Notification>(x => x.Subject.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.DeleteWhere<EmailMessage>(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)));
        session.DeleteWhere<Recipient>(x => x.Id.IsOneOf(subjects));
        session.QueueSqlCommand("delete from content.cart_reminder where subject = any (?)", subjects);
        await archive.EraseAsync(session, orders, cancellation);
        session.EraseTraces([.. subjects, .. orders]);
        return erased.Orders is null ? null : new(erased.UserId, erased.ErasureId);
    }

    // An address that another person uses, too, keeps what its owner has reported or stopped.
    private static async Task LiftSuppressionsAsync(
        IDocumentSession session, Guid[] subjects, Guid[] orders, CancellationToken cancellation)
    {
        var mails = await session.Query<EmailMessage>()
            .Where(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders)))
            .ToListAsync(cancellation);
        foreach (var address in mails.Select(x => x.To).Distinct(StringComparer.Ordinal))
        {
            var indexes = session.BlindIndexesOf(address);
            var others = await session.Query<EmailMessage>().Where(x => x.ToIndex.IsOneOf(indexes) && !x.Owner.IsOneOf(subjects))
                .AnyAsync(x => x.OrderId == null || !x.OrderId.Value.IsOneOf(orders), cancellation);
            if (!others) session.DeleteWhere<Suppression>(x => x.EmailIndex.IsOneOf(indexes));
        }
    }
}
