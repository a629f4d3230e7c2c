using System.Globalization;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Wolverine.Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>Mails a person the link to their export.</summary>
public static class MailExportHandler
{
    public static (StoreDoc<EmailMessage>, SendEmail) Handle(PersonalDataReadyNotice ready, DateTimeOffset now)
    {
        var mail = new Letter("What we hold about you")
            .Paragraph($"Dear {ready.Name}, all data that Aarya holds about you is in one file, as you asked.")
            .Paragraph(
                $"You can download it here until {ready.ExpiresAt.ToString(
                    "d MMMM yyyy", CultureInfo.InvariantCulture)}. Anyone who has the link can read it: please do not share it.")
            .Link(ready.Link)
            .To(ready.Email, ready.UserId, Notification.IdOf("export", ready.ExportId), now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
