using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Outages;
using Marten;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Content.Mails;

/// <summary>
/// Hands one mail to the mailer. It is a durable message of its own, so that an outage of the mail server delays only mails; a mail that is
/// sent again after a crash has the same Message-ID. Nothing goes out against a <see cref="Suppression"/>.
/// </summary>
public sealed record SendEmail(Guid EmailId);

public static class SendEmailHandler
{
    // RFC 5321, 4.5.4.1: at least four to five days.
    private static readonly TimeSpan GivesUpAfter = TimeSpan.FromDays(5);

    public static async Task<IMartenOp> Handle(
        SendEmail command,
        [Entity(nameof(SendEmail.EmailId))] EmailMessage email,
        IMailer mailer,
        IQuerySession session,
        DateTimeOffset now,
        CancellationToken cancellation)
    {
        if (email.SentAt is not null || email.NotSentFor is not null) return MartenOps.Nothing();
        if ((await Suppression.FindAsync(session, email.To, cancellation))?.ReasonAgainst(email) is { } reason)
        {
            email.NotSentFor = reason;
            return MartenOps.Update(email);
        }

        try
        {
            await mailer.SendAsync(email.ToMail(), cancellation);
        }
        catch (MailNotSentException e) when (!Outage.Is(e) && now - email.CreatedAt >= GivesUpAfter)
        {
            throw new MailUndeliverableException($"The mail server has refused the mail for {GivesUpAfter.TotalDays:0} days: {e.Message}");
        }

        email.SentAt = now;
        return MartenOps.Update(email);
    }
}
