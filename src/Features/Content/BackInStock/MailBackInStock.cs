using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Wolverine.Marten;

namespace Aarya.Features.Content.BackInStock;

/// <summary>Mails a shopper that a variant they waited for is back in stock.</summary>
public static class MailBackInStockHandler
{
    public static (StoreDoc<EmailMessage>, SendEmail) Handle(BackInStockNotice back, DateTimeOffset now)
    {
        var mail = new Letter($"{back.Name} is back in stock")
            .Paragraph($"You asked us to write when {back.Name} ({back.Size}, {back.Colour}) is back in stock. You can order it now.")
            .Paragraph("We cannot reserve it for you. This is the only mail about it: if it is sold out again, you can ask again.")
            .To(back.Email, back.Subject, back.RequestId, now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
