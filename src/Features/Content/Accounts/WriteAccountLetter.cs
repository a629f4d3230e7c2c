using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Wolverine.Marten;

namespace Aarya.Features.Content.Accounts;

/// <summary>Mails the owner of an account what happened to it, or the link that they requested.</summary>
public static class WriteAccountLetterHandler
{
    public static async Task<(StoreDoc<EmailMessage>, SendEmail)> Handle(
        AccountNotice notice, LetterTemplates letters, DateTimeOffset now)
    {
        var letter = await letters.WriteAsync(LetterKinds.OfAccount(notice.Kind), notice.Language, notice);
        var mail = letter.To(notice.Email, notice.UserId, notice.NoticeId, now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
