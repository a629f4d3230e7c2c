using System.Diagnostics;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Tracing;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Logging;
using MimeKit;

namespace Aarya.Infrastructure.Email;

/// <summary>
/// The mail server, from <c>SMTP_URL</c> (smtp://user:password@host:587, smtps:// for TLS from the first byte) and <c>SMTP_FROM</c>.
/// </summary>
public sealed record SmtpServer(string Host, int Port, bool Tls, string? User, string? Password, MailboxAddress From)
{
    /// <exception cref="StartupException">The URL or the sender's address cannot be understood.</exception>
    public static SmtpServer Parse(string url, string from)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("smtp" or "smtps") || uri.Host.Length == 0)
            throw new StartupException("SMTP_URL cannot be understood: write smtp://user:password@host:587.");
        if (!MailboxAddress.TryParse(from, out var sender))
            throw new StartupException($"SMTP_FROM is '{from}': write a mail address such as My Shop <mail@example.com>.");
        var user = uri.UserInfo.Split(':', 2);
        var tls = uri.Scheme == "smtps";
        return new(uri.Host, uri.Port > 0 ? uri.Port : tls ? 465 : 587, tls,
            user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null, user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null, sender);
    }
}

/// <inheritdoc cref="IMailer"/>
public sealed class SmtpMailer(SmtpServer server, TimeProvider time, ILogger<SmtpMailer> log) : IMailer, IDisposable
{
    // Each step of the protocol has a limit of its own; this is the limit of all of them together.
    private static readonly TimeSpan LongestAttempt = TimeSpan.FromSeconds(25);

    private readonly AwayLog away = new("The mail server", log);
    private readonly SmtpConnections connections = new(server, time);

    public async Task SendAsync(Mail mail, CancellationToken cancellation)
    {
        using var message = new MimeMessage();
        // A copy: a list subscribes to the events of its addresses, so a shared address would keep every mail in memory.
        message.From.Add(server.From.Clone());
        message.To.Add(AddressOf(mail));
        message.Subject = mail.Subject;
        message.MessageId = $"{mail.Id:N}@{server.From.Domain}";
        if (mail.UnsubscribeUrl is { } url)
        {
            message.Headers.Add(HeaderId.ListUnsubscribe, $"<{url}>");
            message.Headers.Add("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }

        message.Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody();

        using var span = ShopTraces.Start("smtp send", ActivityKind.Client);
        span?.SetTag("server.address", server.Host);
        span?.SetTag("server.port", server.Port);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LongestAttempt);
        try
        {
            await connections.UseAsync(client => client.SendAsync(message, limit.Token), limit.Token);
            away.Answers();
        }
        catch (SmtpCommandException e) when (IsOfMailbox(e))
        {
            span.Fail(e);
            // The server answers, for this mailbox.
            away.Answers();
            // RFC 5321 section 4.2.1: the same command would get the same answer again.
            var why = Anonymous(e.Message, mail);
            throw new MailUndeliverableException($"{server.Host}:{server.Port} refuses the mailbox of mail {mail.Id}: {why}");
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            span.Fail(e);
            // Any other failure of the server or the connection may be temporary.
            var why = Anonymous(e.Message, mail);
            away.Fails(why);
            throw new MailNotSentException($"{server.Host}:{server.Port} did not accept the mail: {why}", Anonymous(e, mail));
        }
    }

    public void Dispose() => connections.Dispose();

    // A permanent refusal of this recipient. 554 (RFC 5321, section 4.2.2) and 5.7.x (security or policy: RFC 3463, section 3.8), such as
    // a forbidden relay or a blocklist, may refuse every mail: once the operator has corrected the cause, the mail is sent.
    private static bool IsOfMailbox(SmtpCommandException e) =>
        e.ErrorCode == SmtpErrorCode.RecipientNotAccepted
        && e.StatusCode is >= (SmtpStatusCode)500 and not SmtpStatusCode.TransactionFailed
        && !e.Message.StartsWith("5.7.", StringComparison.Ordinal);

    /// <exception cref="MailUndeliverableException">It is not one plain address, and a header must not contain anything else.</exception>
    private static MailboxAddress AddressOf(Mail mail) =>
        !mail.To.Any(x => char.IsControl(x) || char.IsWhiteSpace(x)) && MailboxAddress.TryParse(Strict, mail.To, out var address)
            && address is { Name: null or "" } && address.Address == mail.To && address.Domain.Length > 0
            ? address
            : throw new MailUndeliverableException($"Mail {mail.Id} can never be sent: its recipient is not a valid e-mail address.");

    // The log has the inner exception, too. A server's answer often quotes the address.
    private static Exception Anonymous(Exception cause, Mail mail) => cause is SmtpCommandException answer
        ? new SmtpCommandException(answer.ErrorCode, answer.StatusCode, Anonymous(answer.Message, mail))
        : cause;

    private static string Anonymous(string text, Mail mail) => text.Replace(mail.To, "its address", StringComparison.OrdinalIgnoreCase);

    private static readonly ParserOptions Strict = new()
    {
        AddressParserComplianceMode = RfcComplianceMode.Strict,
        AllowAddressesWithoutDomain = false,
    };
}
