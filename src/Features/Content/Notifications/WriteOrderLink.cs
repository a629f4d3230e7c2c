using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Marten;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Sends the owner of an order's address the link that opens the order.</summary>
public static class WriteOrderLinkHandler
{
    public static async Task<(StoreDoc<EmailMessage>, SendEmail)> Handle(
        OrderLinkAskedNotice asked, LetterTemplates letters, IQuerySession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var recipient = await session.LoadAsync<Recipient>(asked.Subject, cancellation);
        var letter = await letters.WriteAsync(LetterKinds.OrderLink, recipient?.Language ?? asked.Language, asked);
        var mail = letter.To(asked.Email, asked.Subject, asked.LinkId, now, asked.OrderId);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
