using Aarya.Features.Content.Contracts;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.BackInStock;

public sealed class TellBackInStockSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly BackInStockNotice back = new(
        Guid.CreateVersion7(), Guid.CreateVersion7(), "asha@example.com", "Kurta <Indigo>", "M", "Indigo");

    [Fact]
    public async Task the_mail_names_what_the_shopper_waited_for_and_is_the_shopper_s()
    {
        await Host.InvokeMessageAndWaitAsync(back);

        var mail = await Host.MailAsync(back.RequestId);
        Assert.Equal((back.Subject, "asha@example.com"), (mail.Owner, mail.To));
        Assert.NotNull(mail.SentAt);
        Assert.Equal("Kurta <Indigo> is back in stock", mail.Subject);
        Assert.Contains("Kurta <Indigo> (M, Indigo)", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Kurta &lt;Indigo&gt; (M, Indigo)", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task the_language_of_the_account_goes_before_that_of_the_browser()
    {
        await Host.InvokeMessageAndWaitAsync(new LanguageChosenNotice(back.Subject, "hi", DateTimeOffset.UtcNow));
        await Host.InvokeMessageAndWaitAsync(back with { Language = "en" });

        Assert.Equal("Kurta <Indigo> फिर से उपलब्ध है", (await Host.MailAsync(back.RequestId)).Subject);
    }
}
