using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Wolverine.Marten;

namespace Aarya.Features.Content.Privacy;

/// <summary>Mails a person the link to their export.</summary>
public static class MailExportHandler
{
    public static async Task<(StoreDoc<EmailMessage>, SendEmail)> Handle(
        PersonalDataReadyNotice ready, LetterTemplates letters, DateTimeOffset now)
    {
        var letter = await letters.WriteAsync(LetterKinds.PersonalDataReady, ready.Language, ready);
        var mail = letter.To(ready.Email, ready.UserId, Notification.IdOf("export", ready.ExportId), now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
