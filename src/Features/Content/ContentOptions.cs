using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Content;

/// <summary>Settings of the Content context.</summary>
/// <param name="MailServer">SMTP_URL and SMTP_FROM; null outside production when SMTP_URL is not set: mails stay in the mailbox.</param>
/// <param name="StaffMail">STAFF_MAIL; null when it is not set: staff get no mail.</param>
/// <param name="MailWebhookSecret">MAIL_WEBHOOK_SECRET; null when it is not set: nobody reports addresses.</param>
public sealed record ContentOptions(SmtpServer? MailServer, string? StaffMail, string? MailWebhookSecret)
{
    private const string Sender = "Aarya Clothing <orders@aarya.example>";
    private const string DevelopmentStaff = "staff@aarya.example";

    /// <exception cref="StartupException">SMTP_URL is not set in production, or a setting is not valid.</exception>
    public static ContentOptions From(IConfiguration configuration, IHostEnvironment environment)
    {
        var secret = configuration.Find("MAIL_WEBHOOK_SECRET");
        var staff = configuration.Find("STAFF_MAIL");
        if (staff is not null && EmailAddress.Normalize(staff) is null)
            throw new StartupException($"STAFF_MAIL is '{staff}': write a mail address such as staff@example.com.");
        if (configuration.Find("SMTP_URL") is { } url)
            return new(SmtpServer.Parse(url, configuration.Find("SMTP_FROM") ?? Sender), staff, secret);
        return environment.IsProduction()
            ? throw new StartupException("SMTP_URL is not set: give the mail server, such as smtp://user:password@mail.example.com:587.")
            : new(MailServer: null, staff ?? DevelopmentStaff, secret);
    }
}
