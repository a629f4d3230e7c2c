namespace Aarya.Features.Content.Mails;

/// <param name="Secret">
/// <c>MAIL_WEBHOOK_SECRET</c>: what the mail provider, or the relay in front of it, signs its reports with; null when nobody reports.
/// </param>
public sealed record MailReporter(string? Secret);
