using System.Net;
using Aarya.Features.Content.Recipients;
using Aarya.Features.Content.Store;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Specs.Content.Letters;
using Aarya.Specs.CorePlatform;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Microsoft.Extensions.DependencyInjection;
using Wolverine.Tracking;
using Told = Aarya.Features.Content.Contracts;
using Wire = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.Content.Recipients;

/// <summary>In which language a person is written to: what the account says, or else what the browser preferred.</summary>
[StoryOf(typeof(FollowLanguageHandler))]
public sealed class LanguageOfMailsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Theory]
    [InlineData("hi-IN,hi;q=0.9,en;q=0.5", "hi")]
    [InlineData("en-IN", "en")]
    [InlineData("ta", null)]
    public async Task a_new_account_has_the_language_of_the_browser(string accepted, string? language)
    {
        var email = NewEmail();
        var (messages, _) = await Track(x =>
        {
            x.WithRequestHeader("Accept-Language", accepted);
            x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register");
            x.StatusCodeShouldBe(HttpStatusCode.Accepted);
        });

        Assert.Equal(language, messages.Sent.SingleMessage<UserRegisteredNotice>().Language);
        Assert.Equal(language, messages.Sent.SingleMessage<AccountNotice>().Language);
        var me = await SignInAsync(email);
        Assert.Equal(language, me.User.Language);
    }

    [Fact]
    public async Task mails_follow_the_language_that_a_shopper_chooses()
    {
        var shopper = await SignedInAsync();
        var first = await EditedAsync(shopper, new(Language: "hi"));
        var again = await EditedAsync(shopper, new(Language: "hi"));
        var name = await EditedAsync(shopper, new(Name: "Asha Iyer"));

        Assert.Equal(("hi", shopper.User.Id), (Assert.Single(first.Told).Language, first.Told[0].UserId));
        // Choosing it again repairs what another context has missed.
        Assert.Equal("hi", Assert.Single(again.Told).Language);
        Assert.Empty(name.Told);
        Assert.Equal(("hi", "Asha Iyer"), (name.View.Language, name.View.Name));

        await Host.InvokeMessageAndWaitAsync(new Told.LanguageChosenNotice(shopper.User.Id, "hi", DateTimeOffset.UtcNow));
        var packed = new Told.OrderPackedNotice(
            Guid.CreateVersion7(), "AA-1", shopper.User.Id, NewEmail(), DateTimeOffset.UtcNow, Language: "en");
        var told = await Host.InvokeMessageAndWaitAsync(packed);
        var news = told.Executed.SingleMessage<Features.Content.Notifications.TellShopper>();
        Assert.Equal("ऑर्डर AA-1 पैक हो गया है", news.Notification!.Title);
        Assert.Equal("आपका ऑर्डर AA-1 पैक हो गया है", (await Host.MailAsync(news.Notification.Id)).Subject);
    }

    [Theory]
    [InlineData("\"ta\"")]
    [InlineData("\"HI\"")]
    [InlineData("\"\"")]
    [InlineData("7")]
    [InlineData("[\"hi\"]")]
    public async Task a_language_that_the_shop_does_not_write_is_refused_by_name_and_changes_nothing(string language)
    {
        var shopper = await SignedInAsync();
        await EditedAsync(shopper, new(Language: "hi"));
        Assert.Contains("language", await FaultsAsync(
            "/api/users/me", $$"""{"name":"Someone Else","language":{{language}}}""", shopper.AccessToken, "PATCH"));
        var me = await AsAsync(shopper, HttpStatusCode.OK, x => x.Get.Url("/api/users/me"));
        var view = me.Response.ReadAsJson<UserView>()!;
        Assert.Equal(("hi", "Asha Rao"), (view.Language, view.Name));
    }

    [Fact]
    public async Task an_older_choice_that_arrives_later_does_not_count()
    {
        var (user, now) = (Guid.CreateVersion7(), DateTimeOffset.UtcNow);
        await Host.InvokeMessageAndWaitAsync(new Told.LanguageChosenNotice(user, "en", now));
        await Host.InvokeMessageAndWaitAsync(new Told.LanguageChosenNotice(user, "hi", now.AddSeconds(-1)));
        Assert.Equal("en", await LanguageOfAsync(user));
        await Host.InvokeMessageAndWaitAsync(new Told.LanguageChosenNotice(user, "hi", now.AddSeconds(1)));
        Assert.Equal("hi", await LanguageOfAsync(user));
    }

    [Fact]
    public async Task a_preference_that_is_set_before_the_registration_arrives_does_not_hide_its_language()
    {
        using var shopper = await Shopper.OfRoleAsync(Host, "customer");
        await shopper.SendAsync(
            HttpMethod.Put, "/api/notifications/preferences", new { kinds = new[] { new { kind = "order_packed", mail = false } } });
        await Host.InvokeMessageAndWaitAsync(
            new Told.UserRegisteredNotice(shopper.Subject, NewEmail(), "Asha Rao", DateTimeOffset.UtcNow, "hi"));
        Assert.Equal("hi", await LanguageOfAsync(shopper.Subject));
    }

    [Fact]
    public async Task a_registration_that_arrives_late_does_not_undo_what_was_chosen_since()
    {
        var user = new Told.UserRegisteredNotice(
            Guid.CreateVersion7(), NewEmail(), "Asha Rao", DateTimeOffset.UtcNow.AddMinutes(-1), "en");
        await Host.InvokeMessageAndWaitAsync(new Told.LanguageChosenNotice(user.UserId, "hi", DateTimeOffset.UtcNow));
        await Host.InvokeMessageAndWaitAsync(user);
        Assert.Equal("hi", await LanguageOfAsync(user.UserId));
    }

    private async Task<string?> LanguageOfAsync(Guid user)
    {
        await using var session = Host.Services.GetRequiredService<IContentStore>().QuerySession();
        return (await session.LoadAsync<Recipient>(user, Cancellation))!.Language;
    }

    [Theory]
    [InlineData("hi,en;q=0.5", "hi")]
    [InlineData("ta", null)]
    public async Task a_guest_s_order_is_written_about_in_the_language_of_the_browser(string accepted, string? language)
    {
        using var guest = await Shopper.GuestAsync(Host);
        guest.Accepts(accepted);
        var order = await Host.PlacedOrderAsync(guest);
        var paid = await Host.PaysAsync(order);
        Assert.Equal(language, paid.Sent.SingleMessage<Wire.OrderConfirmedNotice>().Language);
    }

    private async Task<(UserView View, IReadOnlyList<LanguageChosenNotice> Told)> EditedAsync(SignedIn who, EditMe command)
    {
        var (messages, response) = await Track(x =>
        {
            x.WithBearerToken(who.AccessToken);
            x.Patch.Json(command).ToUrl("/api/users/me");
        });
        return (response.ReadAsJson<UserView>()!, [.. messages.Sent.MessagesOf<LanguageChosenNotice>()]);
    }
}
