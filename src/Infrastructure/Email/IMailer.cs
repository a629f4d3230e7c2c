namespace Aarya.Infrastructure.Email;

/// <param name="Id">Makes the RFC 5322 Message-ID, so that a mail sent again after a crash is the same mail to the receiver.</param>
public sealed record Mail(Guid Id, string To, string Subject, string Text, string Html);

/// <summary>Hands mails to whatever delivers them.</summary>
public interface IMailer
{
    /// <exception cref="MailNotSentException">The server did not take the mail; sending it again may help.</exception>
    /// <exception cref="MailUndeliverableException">Nobody can deliver the mail, now or later: its address is none.</exception>
    Task SendAsync(Mail mail, CancellationToken cancellation);
}

public sealed class MailNotSentException(string message, Exception inner) : Exception(message, inner);

/// <summary>A mail that sending again cannot help. Its message holds no address.</summary>
public sealed class MailUndeliverableException(string message) : Exception(message);
