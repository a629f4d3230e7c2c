using Aarya.Features.Content.BackInStock;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;

namespace Aarya.Specs.Content.BackInStock;

public sealed class MailBackInStockSpec
{
    private static readonly DateTimeOffset Now = new(2026, 11, 27, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void the_mail_names_what_the_shopper_waited_for_and_is_the_shopper_s()
    {
        var back = new BackInStockNotice(
            Guid.CreateVersion7(), Guid.CreateVersion7(), "asha@example.com", "Kurta <Indigo>", "M", "Indigo");

        var (stored, send) = MailBackInStockHandler.Handle(back, Now);

        var mail = Assert.IsType<EmailMessage>(stored.Document);
        Assert.Equal((back.RequestId, back.Subject, "asha@example.com"), (mail.Id, mail.Owner, mail.To));
        Assert.Equal(mail.Id, send.EmailId);
        Assert.Equal("Kurta <Indigo> is back in stock", mail.Subject);
        Assert.Contains("Kurta <Indigo> (M, Indigo)", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Kurta &lt;Indigo&gt; (M, Indigo)", mail.Html, StringComparison.Ordinal);
    }
}
