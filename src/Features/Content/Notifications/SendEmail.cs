using Aarya.Infrastructure.Email;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Content.Notifications;

/// <summary>
/// Hands one mail to the mailer. It is a durable message of its own, so that an outage of the mail server delays only mails; a mail that is
/// sent again after a crash has the same Message-ID.
/// </summary>
public sealed record SendEmail(Guid EmailId);

public static class SendEmailHandler
{
    public static async Task<IMartenOp> Handle(
        SendEmail command,
        [Entity(nameof(SendEmail.EmailId))] EmailMessage email,
        IMailer mailer,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (email.SentAt is not null) return MartenOps.Nothing();
        await mailer.SendAsync(email.ToMail(), cancellation);
        email.SentAt = now;
        return MartenOps.Update(email);
    }
}
