namespace Aarya.Infrastructure.Email;

/// <param name="Id">Makes the RFC 5322 Message-ID, so that the receiver recognises a mail that is sent again after a crash.</param>
/// <param name="UnsubscribeUrl">Makes the headers by which a mail program offers to stop such mails (RFC 8058); null for none.</param>
public sealed record Mail(Guid Id, string To, string Subject, string Text, string Html, string? UnsubscribeUrl = null);

/// <summary>Passes mails to the server that delivers them.</summary>
public interface IMailer
{
    /// <exception cref="MailNotSentException">The server did not accept the mail; a retry may succeed.</exception>
    /// <exception cref="MailUndeliverableException">The mail can never be delivered: its address is invalid or refused.</exception>
    Task SendAsync(Mail mail, CancellationToken cancellation);
}

public sealed class MailNotSentException(string message, Exception inner) : Exception(message, inner);

/// <summary>A mail that a retry cannot deliver either. The message contains no address.</summary>
public sealed class MailUndeliverableException(string message) : Exception(message);
