using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Content;

/// <summary>Settings of the Content context.</summary>
/// <param name="MailServer">SMTP_URL and SMTP_FROM; null outside production when SMTP_URL is not set: mails stay in the mailbox.</param>
public sealed record ContentOptions(SmtpServer? MailServer)
{
    /// <exception cref="StartupException">SMTP_URL is not set in production, or a setting is not valid.</exception>
    public static ContentOptions From(IConfiguration configuration, IHostEnvironment environment)
    {
        if (configuration.Find("SMTP_URL") is { } url) return new(SmtpServer.Parse(url, configuration.Find("SMTP_FROM")));
        return environment.IsProduction()
            ? throw new StartupException("SMTP_URL is not set: give the mail server, such as smtp://user:password@mail.example.com:587.")
            : new(MailServer: null);
    }
}
