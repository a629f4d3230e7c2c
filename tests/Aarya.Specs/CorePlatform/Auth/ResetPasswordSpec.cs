using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Addresses;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Auth;

[StoryOf(typeof(ForgetPasswordEndpoint), typeof(SendPasswordResetHandler))]
public sealed class ResetPasswordSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private const string NewPassword = "a short way to Pune";

    private static readonly AddressEntry Home = new("Asha Rao", "14 Residency Road", null, "Bengaluru", "Karnataka", "560025",
        "IN", "+919845012345");

    [Fact]
    public async Task whoever_forgot_their_password_sets_another_by_mail_and_every_session_ends()
    {
        var email = await RegisteredAsync();
        var before = await SignInAsync(email);
        var mail =
            Assert.Single(
                await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email.ToUpperInvariant()), "/api/auth/password/forgot"));
        Assert.Equal((AccountNoticeKind.ResetPassword, email), (mail.Kind, mail.Email));

        var told =
            Assert.Single(await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(mail), NewPassword), "/api/auth/password/reset"));
        Assert.Equal(AccountNoticeKind.PasswordChanged, told.Kind);
        await SessionIsOverAsync(before);
        Assert.Equal("auth.credentials_wrong",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login")));
        Assert.True((await SignInAsync(email, NewPassword)).User.EmailVerified);
    }

    [Fact]
    public async Task an_unknown_address_is_answered_alike_and_nobody_is_written_to()
    {
        using var hashes = new HashCount();
        Assert.Empty(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(NewEmail()), "/api/auth/password/forgot"));
        Assert.Equal(0, hashes.Count);
    }

    [Fact]
    public async Task who_was_named_administrator_sets_the_first_password_by_the_operator_s_link_alone()
    {
        var email = await RegisteredAsync();
        var signedIn = await SignInAsync(email);
        await StoreAsync(signedIn.User.Id, x => x.InvitedAt = DateTimeOffset.UtcNow);
        Assert.Empty(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        await StoreAsync(signedIn.User.Id, x => x.InvitedAt = null);
        Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
    }

    [Fact]
    public async Task a_link_works_once_even_for_two_who_open_it_at_once()
    {
        var email = await RegisteredAsync();
        var token = await ResetTokenAsync(email);
        var answers = await Task.WhenAll(new[] { "the first way to Pune", "the second way to Pune" }.Select(async password =>
        {
            var response = await Host.Scenario(x =>
            {
                x.Post.Json(new ResetPassword(token, password)).ToUrl("/api/auth/password/reset");
                x.IgnoreStatusCode();
            });
            return (password, response.Context.Response.StatusCode);
        }));

        Assert.Equal([200, 400], answers.Select(x => x.StatusCode).Order());
        await SignInAsync(email, answers.Single(x => x.StatusCode == 200).password);
        await LinkIsRefusedAsync(token);
    }

    [Fact]
    public async Task a_link_is_good_for_an_hour_on_every_node()
    {
        await using var other = await Fixture.AnotherNodeAsync();
        var email = await RegisteredAsync();
        var account = Assert.Single(await AccountsOfAsync(email));
        await LinkIsRefusedAsync(await TokenMadeAsync(account, TimeSpan.FromMinutes(61)));
        var token = await TokenMadeAsync(account, TimeSpan.FromMinutes(50));
        await other.Scenario(x =>
        {
            x.Post.Json(new ResetPassword(token, NewPassword)).ToUrl("/api/auth/password/reset");
            x.StatusCodeShouldBe(200);
        });
    }

    [Fact]
    public async Task a_link_of_another_kind_or_an_invented_one_resets_nothing()
    {
        var email = NewEmail();
        var verification =
            TokenOf((await ToldAsync(HttpStatusCode.Accepted, new Register(email, Password, "Asha Rao"), "/api/auth/register"))
                .Single(x => x.Kind == AccountNoticeKind.VerifyEmail));
        var good = await ResetTokenAsync(email);
        foreach (var bad in new[]
        {
            verification,
            "x",
            new string('A', MailedTokens.Longest),
            $"{(good[0] == 'A' ? 'B' : 'A')}{good[1..]}",
            $"{good[..^1]}{(good[^1] == 'A' ? 'E' : 'A')}",
        })
            await LinkIsRefusedAsync(bad);
        await SignInAsync(email);
    }

    [Fact]
    public async Task of_a_stranger_who_registered_at_an_address_nothing_stays_once_its_owner_sets_a_password()
    {
        var email = await RegisteredAsync();
        var stranger = await SignInAsync(email);
        await AsAsync(stranger, HttpStatusCode.Created, x => x.Post.Json(Home).ToUrl("/api/users/me/addresses"));
        await AsAsync(stranger, HttpStatusCode.OK, x => x.Patch.Json(new EditMe(Phone: "+91 98450 12345")).ToUrl("/api/users/me"));
        await AsAsync(stranger, HttpStatusCode.Accepted,
            x => x.Post.Json(new ChangeEmail(NewEmail(), Password)).ToUrl("/api/users/me/email"));
        await StoreAsync(stranger.User.Id,
            x =>
                (x.TwoFactorEnabled, x.AuthenticatorKey, x.RecoveryCodes, x.GuestToMerge) = (true, "JBSWY3DPEHPK3PXP",
                    ["hash"], Guid.NewGuid()));

        await ToldAsync(HttpStatusCode.OK, new ResetPassword(await ResetTokenAsync(email), NewPassword), "/api/auth/password/reset");
        var owner = await SignInAsync(email, NewPassword);
        Assert.Equal((email.Split('@')[0], null, true, false),
            (owner.User.Name, owner.User.Phone, owner.User.EmailVerified, owner.User.TwoFactor));
        Assert.Empty((await AsAsync(owner, HttpStatusCode.OK, x => x.Get.Url("/api/users/me/addresses"))).Response
            .ReadAsJson<AddressList>()!.Items);
        var account = Assert.Single(await AccountsOfAsync(email));
        Assert.Equal((null, null, null), (account.AuthenticatorKey, account.PendingEmail, account.GuestToMerge));
        Assert.Empty(account.RecoveryCodes);
        await SessionIsOverAsync(stranger);
    }

    [Fact]
    public async Task of_an_owner_who_showed_that_the_address_is_theirs_everything_stays_but_the_password()
    {
        var email = await VerifiedAsync();
        var owner = await SignInAsync(email);
        await AsAsync(owner, HttpStatusCode.Created, x => x.Post.Json(Home).ToUrl("/api/users/me/addresses"));
        await AsAsync(owner, HttpStatusCode.OK, x => x.Patch.Json(new EditMe(Phone: "+91 98450 12345")).ToUrl("/api/users/me"));
        await StoreAsync(owner.User.Id,
            x => (x.TwoFactorEnabled, x.AuthenticatorKey, x.RecoveryCodes) = (true, "JBSWY3DPEHPK3PXP", ["hash"]));

        await ToldAsync(HttpStatusCode.OK, new ResetPassword(await ResetTokenAsync(email), NewPassword), "/api/auth/password/reset");
        Assert.Equal("auth.two_factor_required",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new LogIn(email, NewPassword)).ToUrl("/api/auth/login")));
        var account = Assert.Single(await AccountsOfAsync(email));
        Assert.Equal(("Asha Rao", "+91 98450 12345", "JBSWY3DPEHPK3PXP", 1),
            (account.Name, account.Phone, account.AuthenticatorKey, account.RecoveryCodes.Count));
    }

    [Fact]
    public async Task however_often_somebody_registers_or_asks_for_a_verification_a_reset_is_mailed_all_the_same()
    {
        var email = await RegisteredAsync();
        var id = Assert.Single(await AccountsOfAsync(email)).Id;
        foreach (var annoyance in new object[] { new RegistrationRepeated(id), new SendVerification(id) })
        {
            var mails = 0;
            for (var i = 0; i < 30; i++)
                mails += (await Host.InvokeMessageAndWaitAsync(annoyance)).Sent.MessagesOf<AccountNotice>().Count();
            Assert.InRange(mails, 1, Attempts.FreeFromOneNetwork + 9);
        }

        await ResetTokenAsync(email);
    }

    [Fact]
    public async Task a_mailbox_is_not_flooded()
    {
        var email = await RegisteredAsync();
        var mails = 0;
        for (var i = 0; i < 30; i++)
        {
            var (messages, _) = await Track(x =>
            {
                x.Post.Json(new ForgetPassword(email)).ToUrl("/api/auth/password/forgot");
                x.IgnoreStatusCode();
            });
            mails += messages.Sent.MessagesOf<AccountNotice>().Count();
        }

        Assert.InRange(mails, Attempts.FreeFromOneNetwork, Attempts.FreeFromOneNetwork + 9);
    }

    [Theory]
    [InlineData("{}", "token")]
    [InlineData("""{"token":7,"newPassword":"a long way"}""", "token")]
    [InlineData("""{"token":"","newPassword":"a long way"}""", "token")]
    [InlineData("""{"token":"x","newPassword":"seven77"}""", "newPassword")]
    [InlineData("""{"token":"x","newPassword":"nul \u0000 inside"}""", "newPassword")]
    [InlineData("""{"token":"x","newPassword":"a long way","userId":"x"}""", "userId")]
    public async Task what_is_wrong_with_a_reset_is_named(string body, string field) =>
        Assert.Contains(field, await FaultsAsync("/api/auth/password/reset", body));

    [Theory]
    [InlineData("{}", "email")]
    [InlineData("""{"email":"asha"}""", "email")]
    [InlineData("""{"email":["asha@example.com"]}""", "email")]
    [InlineData("""{"email":"asha\u0000@example.com"}""", "email")]
    [InlineData("""{"email":"asha@example.com","name":"Asha"}""", "name")]
    public async Task what_is_wrong_with_forgetting_is_named(string body, string field) =>
        Assert.Contains(field, await FaultsAsync("/api/auth/password/forgot", body));

    private async Task<string> ResetTokenAsync(string email) =>
        TokenOf(Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot")));

    private async Task<string> TokenMadeAsync(User account, TimeSpan ago)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        var then = new Identity(Host.Services.GetRequiredService<AccountKey>(), Host.Services.GetRequiredService<PasswordHasher>(),
            new FakeTimeProvider(DateTimeOffset.UtcNow - ago));
        using var accounts = then.In(documents, Cancellation);
        return await accounts.GeneratePasswordResetTokenAsync(account);
    }

    private async Task LinkIsRefusedAsync(string token) =>
        Assert.Equal("account.token_invalid",
            await RefusedAsync(HttpStatusCode.BadRequest,
                x => x.Post.Json(new ResetPassword(token, NewPassword)).ToUrl("/api/auth/password/reset")));
}
