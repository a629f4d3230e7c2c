using Aarya.Features.Content.Contracts;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Sends the owner of an order's address the link that opens the order.</summary>
public static class WriteOrderLinkHandler
{
    public static (StoreDoc<EmailMessage>, SendEmail) Handle(OrderLinkAskedNotice asked, DateTimeOffset now)
    {
        var mail = new Letter($"Your order {asked.Number}")
            .Paragraph($"Dear {asked.ShippingName}, this link opens your order {asked.Number}. It works for one hour.")
            .Link(asked.Link)
            .Paragraph("Anyone who has the link can read the order: please do not share it. If you did not ask for it, ignore this mail.")
            .To(asked.Email, asked.Subject, asked.LinkId, now, asked.OrderId);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
