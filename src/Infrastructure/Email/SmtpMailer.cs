using System.Net.Sockets;
using Aarya.Infrastructure.Hosting;
using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using MimeKit;

namespace Aarya.Infrastructure.Email;

/// <summary>Where mails go out, from <c>SMTP_URL</c> (smtp://user:password@host:587, smtps:// for TLS from the first byte) and <c>SMTP_FROM</c>.</summary>
public sealed record SmtpServer(string Host, int Port, bool Tls, string? User, string? Password, MailboxAddress From)
{
    /// <exception cref="StartupException">The URL or the sender's address cannot be understood.</exception>
    public static SmtpServer Parse(string url, string? from)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("smtp" or "smtps"))
            throw new StartupException("SMTP_URL cannot be understood: write smtp://user:password@host:587.");
        if (!MailboxAddress.TryParse(from ?? "Aarya Clothing <orders@aarya.example>", out var sender))
            throw new StartupException($"SMTP_FROM is '{from}': write a mail address such as Aarya Clothing <orders@example.com>.");
        var user = uri.UserInfo.Split(':', 2);
        var tls = uri.Scheme == "smtps";
        return new(uri.Host, uri.Port > 0 ? uri.Port : tls ? 465 : 587, tls,
            user[0].Length > 0 ? Uri.UnescapeDataString(user[0]) : null, user.Length > 1 ? Uri.UnescapeDataString(user[1]) : null, sender);
    }
}

/// <inheritdoc cref="IMailer"/>
public sealed class SmtpMailer(SmtpServer server) : IMailer
{
    public async Task SendAsync(Mail mail, CancellationToken cancellation)
    {
        using var message = new MimeMessage();
        message.From.Add(server.From);
        message.To.Add(MailboxAddress.Parse(mail.To));
        message.Subject = mail.Subject;
        message.MessageId = $"{mail.Id:N}@{server.From.Domain}";
        message.Body = new BodyBuilder { TextBody = mail.Text, HtmlBody = mail.Html }.ToMessageBody();

        using var client = new SmtpClient { Timeout = 15_000 };
        try
        {
            await client.ConnectAsync(server.Host, server.Port, server.Tls ? SecureSocketOptions.SslOnConnect : SecureSocketOptions.StartTlsWhenAvailable, cancellation);
            if (server.User is not null) await client.AuthenticateAsync(server.User, server.Password ?? "", cancellation);
            await client.SendAsync(message, cancellation);
            await client.DisconnectAsync(quit: true, cancellation);
        }
        catch (Exception e) when (e is SmtpCommandException or SmtpProtocolException or ServiceNotConnectedException or AuthenticationException or IOException or SocketException or TimeoutException)
        {
            throw new MailNotSentException($"{server.Host}:{server.Port} did not take the mail: {e.Message.Replace(mail.To, "its address", StringComparison.OrdinalIgnoreCase)}", e);
        }
    }
}
