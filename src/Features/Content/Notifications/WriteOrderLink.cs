using Aarya.Features.Content.Contracts;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Sends the owner of an order's address the link that opens the order.</summary>
public static class WriteOrderLinkHandler
{
    public static (StoreDoc<EmailMessage>, SendEmail) Handle(OrderLinkAsked asked, DateTimeOffset now)
    {
        var mail = new Letter($"Your order {asked.Number}")
            .Paragraph($"Dear {asked.ShippingName}, for an hour this link opens your order {asked.Number}.")
            .Link(asked.Link)
            .Paragraph("Anybody who has the link can read the order: pass it to nobody. If you did not ask for it, you need do nothing.")
            .To(asked.Email, asked.Subject, asked.LinkId, now, asked.OrderId);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
