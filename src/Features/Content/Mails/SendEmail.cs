using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Outages;
using Marten;
using Wolverine;

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

    public static Task<OutgoingMessages> Handle(
        SendEmail command, IMailer mailer, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        SendAsync(command.EmailId, command, mailer, session, now, cancellation);

    /// <param name="again">The message to repeat while another attempt sends the mail.</param>
    /// <param name="unless">Why the mail must not be sent; null when only the address can be a reason.</param>
    internal static async Task<OutgoingMessages> SendAsync(
        Guid id, object again, IMailer mailer, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation,
        string? unless = null)
    {
        if (!await MailClaim.TakeAsync(session, id, now, cancellation))
        {
            var later = new OutgoingMessages();
            later.Delay(again, MailClaim.Lasts);
            return later;
        }

        try
        {
            // After the claim: another attempt may have sent it until then.
            if (await session.LoadAsync<EmailMessage>(id, cancellation) is { SentAt: null, NotSentFor: null } email)
            {
                email.NotSentFor = unless ?? (await Suppression.FindAsync(session, email.To, cancellation))?.ReasonAgainst(email);
                if (email.NotSentFor is null)
                {
                    await SendAsync(email, mailer, now, cancellation);
                    email.SentAt = now;
                }

                session.Update(email);
            }
        }
        catch
        {
            await MailClaim.ReleaseAsync(session, id);
            throw;
        }

        session.QueueSqlCommand("delete from content.mail_claim where mail_id = ?", id);
        return [];
    }

    private static async Task SendAsync(EmailMessage email, IMailer mailer, DateTimeOffset now, CancellationToken cancellation)
    {
        try
        {
            await mailer.SendAsync(email.ToMail(), cancellation);
        }
        catch (MailNotSentException e) when (!Outage.Is(e) && now - email.CreatedAt >= GivesUpAfter)
        {
            throw new MailUndeliverableException($"The mail server has refused the mail for {GivesUpAfter.TotalDays:0} days: {e.Message}");
        }
    }
}
