using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Privacy.Erasure;
using JasperFx.Events;
using Marten;

namespace Aarya.Features.Payment.Privacy;

/// <summary>
/// Erases what identifies a user in their payments. Amounts, the provider's ids and the brand and last four digits of the card stay: the
/// books and a chargeback need them.
/// </summary>
public static class ErasePayerHandler
{
    public static async Task<PersonalDataErasedNotice?> Handle(UserErasedNotice erased, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        Guid[] subjects = [erased.UserId, .. erased.Guests];
        var payments = await session.PaymentsOfAsync(subjects, erased.Orders ?? [], cancellation);
        foreach (var payment in payments.Where(x => x.EmailFingerprint.Length > 0))
        {
            var stream = await session.Events.FetchForExclusiveWriting<OrderPayment>(payment.Id, cancellation);
            foreach (var requested in (await session.Events.FetchStreamAsync(payment.Id, token: cancellation))
                .OfType<Event<PaymentRequested>>())
            {
                requested.Data = requested.Data with { EmailFingerprint = "" };
                session.Events.OverwriteEvent(requested);
            }

            stream.AppendOne(new PayerForgotten(now));
        }

        Guid[] ids = [.. payments.Select(x => x.Id), .. erased.Orders ?? []];
        session.DeleteWhere<OrderOwner>(x => x.UserId.IsOneOf(subjects) || x.Id.IsOneOf(ids));
        session.EraseTraces([.. subjects, .. ids]);
        if (erased.Orders is null) return null;
        session.DeleteWhere<GuestSuccessor>(x => x.UserId == erased.UserId || x.Id.IsOneOf(subjects));
        return new(erased.UserId, erased.ErasureId);
    }
}
