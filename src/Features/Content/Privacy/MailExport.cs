using System.Globalization;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Wolverine.Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>Sends somebody the link to all that is held about them.</summary>
public static class PersonalDataReadyHandler
{
    public static (StoreDoc<EmailMessage>, SendEmail) Handle(PersonalDataReady ready, DateTimeOffset now)
    {
        var mail = new Letter("What we hold about you")
            .Paragraph($"Dear {ready.Name}, all that Aarya holds about you is in one file, as you asked.")
            .Paragraph(
                $"It can be fetched here until {ready.ExpiresAt.ToString(
                    "d MMMM yyyy", CultureInfo.InvariantCulture)}. Whoever has the link can read it: pass it to nobody.")
            .Link(ready.Link)
            .To(ready.Email, ready.UserId, Notification.IdOf("export", ready.ExportId), now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
