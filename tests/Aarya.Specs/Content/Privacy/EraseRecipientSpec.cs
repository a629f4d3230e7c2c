using Aarya.Features;
using Aarya.Features.Content.Accounts;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Privacy;
using Aarya.Features.Content.Recipients;
using Aarya.Features.Content.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;

namespace Aarya.Specs.Content.Privacy;

[StoryOf(typeof(GatherRecipientDataHandler), typeof(MailExportHandler), typeof(WelcomeUserHandler))]
public sealed class EraseRecipientSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly Guid user = Guid.CreateVersion7();
    private readonly Guid guest = Guid.CreateVersion7();
    private readonly Guid order = Guid.CreateVersion7();
    private readonly string first = $"{Guid.NewGuid():N}@example.com";
    private readonly string second = $"{Guid.NewGuid():N}@example.com";

    /// <summary>
    /// Every message that mails a customer who ordered as a guest, registered, changed the e-mail address and began to change it again.
    /// </summary>
    private IReadOnlyList<object> News(Guid customer, Guid before, Guid ordered) =>
    [
        new OrderConfirmedNotice(ordered, "AA-1", before, first, new Money(1000, "INR"), [], "Asha Rao", Now),
        new UserRegisteredNotice(customer, first, "Asha Rao", Now),
        new AccountNotice(customer, Guid.CreateVersion7(), "verify_email", first, "Asha Rao", "https://aarya.example/#token=1", Now),
        new AccountNotice(customer, Guid.CreateVersion7(), "email_changed", second, "Asha Rao", null, Now),
        new AccountNotice(customer, Guid.CreateVersion7(), "confirm_new_email", $"{Guid.NewGuid():N}@example.com", "Asha Rao",
            "https://aarya.example/#token=2", Now),
        new OrderCancelledNotice(ordered, "AA-1", customer, second, "shopper", Now),
        new OrderRefundedNotice(ordered, "AA-1", customer, second, new Money(1000, "INR"), true, Now),
        new PersonalDataReadyNotice(customer, Guid.CreateVersion7(), second, "Asha Rao", "https://aarya.example/export", Now),
    ];

    [Fact]
    public async Task every_mail_and_every_notification_of_somebody_goes_wherever_and_whenever_it_went_and_nobody_else_s_does()
    {
        var (other, others, theirOrder) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        foreach (var news in News(user, guest, order).Concat(News(other, others, theirOrder))) await Host.InvokeMessageAndWaitAsync(news);
        Assert.Equal((8, 3), await HeldAboutAsync(user, guest));

        await Host.InvokeMessageAndWaitAsync(new UserErasedNotice(user, Guid.NewGuid(), [guest], [order]));
        Assert.Equal((0, 0), await HeldAboutAsync(user, guest));
        // Mails to the same addresses stay when they belong to a later account.
        Assert.Equal((8, 3), await HeldAboutAsync(other, others));
    }

    [Fact]
    public async Task an_export_holds_every_mail_and_none_of_the_links_in_them()
    {
        foreach (var news in News(user, guest, order)) await Host.InvokeMessageAndWaitAsync(news);

        var asked = await Host.InvokeMessageAndWaitAsync(new PersonalDataAskedNotice(user, Guid.NewGuid(), [guest], [order]));
        var held = System.Text.Json.JsonDocument.Parse(asked.Sent.SingleMessage<PersonalDataGatheredNotice>().Json).RootElement;
        Assert.Equal((8, 3), (held.GetProperty("mails").GetArrayLength(), held.GetProperty("notifications").GetArrayLength()));
        Assert.DoesNotContain("https://", held.ToString(), StringComparison.Ordinal);
        Assert.Contains("Asha Rao", held.ToString(), StringComparison.Ordinal);
        Assert.Empty((await Host.InvokeMessageAndWaitAsync(new PersonalDataAskedNotice(user, Guid.NewGuid(), [guest], null))).Sent
            .MessagesOf<PersonalDataGatheredNotice>());
    }

    [Fact]
    public async Task what_a_person_wants_and_does_not_want_is_exported_and_erased_and_that_of_others_stays()
    {
        var (other, third) = (Guid.CreateVersion7(), $"{Guid.NewGuid():N}@example.com");
        foreach (var subject in new[] { user, guest, other })
            await Host.InvokeMessageAndWaitAsync(new LanguageChosenNotice(subject, "hi", Now));
        await Host.InvokeMessageAndWaitAsync(new AccountNotice(user, Guid.CreateVersion7(), "email_changed", first, "Asha", null, Now));
        // Both have had mail at this address, which belongs to one of them.
        await Host.InvokeMessageAndWaitAsync(new AccountNotice(user, Guid.CreateVersion7(), "email_changed", third, "Asha", null, Now));
        await Host.InvokeMessageAndWaitAsync(new AccountNotice(other, Guid.CreateVersion7(), "email_changed", third, "Ravi", null, Now));
        await using (var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession())
        {
            session.Store(
                new Suppression { Id = Guid.CreateVersion7(), Email = first, Reason = Suppression.Complained, ReportedAt = Now },
                new Suppression { Id = Guid.CreateVersion7(), Email = third, Reason = Suppression.Complained, ReportedAt = Now });
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var asked = await Host.InvokeMessageAndWaitAsync(new PersonalDataAskedNotice(user, Guid.NewGuid(), [guest], [order]));
        var held = System.Text.Json.JsonDocument.Parse(asked.Sent.SingleMessage<PersonalDataGatheredNotice>().Json).RootElement;
        Assert.Equal(["hi", "hi"], held.GetProperty("recipients").EnumerateArray().Select(x => x.GetProperty("language").GetString()));
        Assert.Equal(2, held.GetProperty("suppressions").GetArrayLength());

        await Host.InvokeMessageAndWaitAsync(new UserErasedNotice(user, Guid.NewGuid(), [guest], [order]));
        await using var now = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        var recipients = await now.LoadManyAsync<Recipient>(TestContext.Current.CancellationToken, user, guest, other);
        Assert.Equal([other], recipients.Select(x => x.Id));
        Assert.Null(await Suppression.FindAsync(now, first, TestContext.Current.CancellationToken));
        Assert.NotNull(await Suppression.FindAsync(now, third, TestContext.Current.CancellationToken));
    }

    private async Task<(int Mails, int Notifications)> HeldAboutAsync(Guid customer, Guid before)
    {
        await using var session = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        return (await session.Query<EmailMessage>()
            .CountAsync(x => x.Owner == customer || x.Owner == before, TestContext.Current.CancellationToken),
            await session.Query<Notification>()
                .CountAsync(x => x.Subject == customer || x.Subject == before, TestContext.Current.CancellationToken));
    }
}
