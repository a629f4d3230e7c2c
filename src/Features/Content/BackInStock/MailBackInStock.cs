using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Marten;
using Wolverine.Marten;

namespace Aarya.Features.Content.BackInStock;

/// <summary>Mails a shopper that a variant they waited for is back in stock.</summary>
public static class MailBackInStockHandler
{
    public static async Task<(StoreDoc<EmailMessage>, SendEmail)> Handle(
        BackInStockNotice back, LetterTemplates letters, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var language = await session.LanguageOfAsync(back.Subject, back.Language, cancellation);
        var letter = await letters.WriteAsync(LetterKinds.BackInStock, language, back);
        var mail = letter.To(back.Email, back.Subject, back.RequestId, now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
