using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Marten;

namespace Aarya.Features.Content.Staff;

/// <summary>Mails staff that a payment waits for their review, while its order has not expired.</summary>
public static class MailReviewWaitingHandler
{
    public static async Task<SendEmail?> Handle(
        ReviewWaitingNotice waiting, StaffMailbox staff, IDocumentSession session, DateTimeOffset now) =>
        now >= waiting.ExpiresAt ? null : await staff.WriteAsync(
            session, LetterKinds.ReviewWaiting, waiting,
            Notification.IdOf($"review_waiting:{waiting.ChargeNumber}", waiting.OrderId), now);
}
