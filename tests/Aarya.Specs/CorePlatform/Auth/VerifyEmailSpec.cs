using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Auth;

[StoryOf(typeof(ResendVerificationEndpoint), typeof(SendVerificationHandler))]
public sealed class VerifyEmailSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task whoever_registers_verifies_their_address_by_the_link_in_the_mail_once()
    {
        var email = NewEmail();
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new Register(email, Password, "Asha Rao"), "/api/auth/register"));
        Assert.Equal((AccountNoticeKind.VerifyEmail, email), (mail.Kind, mail.Email));
        Assert.StartsWith("http://127.0.0.1:8080/account/verify#token=", mail.Link, StringComparison.Ordinal);

        await ToldAsync(HttpStatusCode.NoContent, new VerifyEmail(TokenOf(mail)), "/api/auth/email/verify");
        Assert.True(Assert.Single(await AccountsOfAsync(email)).EmailVerified);
        await LinkIsRefusedAsync(TokenOf(mail));
    }

    [Fact]
    public async Task every_first_proof_that_an_address_is_the_account_s_is_told_to_the_shop()
    {
        var (first, second, third) = (NewEmail(), NewEmail(), NewEmail());
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new Register(first, Password, "Asha Rao"), "/api/auth/register"));
        Assert.Equal([first], await VerifiedByAsync(new VerifyEmail(TokenOf(mail)), "/api/auth/email/verify"));

        var shopper = await SignInAsync(first);
        var change = new ChangeEmail(second, Password);
        var (_, asked) = await AsAsync(shopper, HttpStatusCode.Accepted, x => x.Post.Json(change).ToUrl("/api/users/me/email"));
        Assert.Equal([second], await VerifiedByAsync(new VerifyEmail(TokenOf(asked[1])), "/api/auth/email/verify"));

        await ToldAsync(HttpStatusCode.Accepted, new Register(third, Password, "Asha Rao"), "/api/auth/register");
        foreach (var proves in new[] { true, false })
        {
            var reset = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(third), "/api/auth/password/forgot"));
            var told = await VerifiedByAsync(new ResetPassword(TokenOf(reset), Password), "/api/auth/password/reset");
            Assert.Equal(proves ? [third] : [], told);
        }
    }

    private async Task<IEnumerable<string>> VerifiedByAsync(object command, string url)
    {
        var (messages, _) = await Track(x => { x.Post.Json(command).ToUrl(url); x.IgnoreStatusCode(); });
        return messages.Sent.MessagesOf<EmailVerifiedNotice>().Select(x => x.Email);
    }

    [Fact]
    public async Task another_mail_can_be_asked_for_until_the_address_is_verified()
    {
        var shopper = await SignedInAsync();
        var (_, told) = await AsAsync(shopper, HttpStatusCode.Accepted, x => x.Post.Url("/api/auth/email/verify/resend"));
        await ToldAsync(HttpStatusCode.NoContent, new VerifyEmail(TokenOf(Assert.Single(told))), "/api/auth/email/verify");
        Assert.Empty((await AsAsync(shopper, HttpStatusCode.Accepted, x => x.Post.Url("/api/auth/email/verify/resend"))).Told);
    }

    [Fact]
    public async Task a_guest_has_no_address_to_verify()
    {
        var guest = await GuestAsync();
        Assert.Equal("auth.forbidden",
            await RefusedAsync(HttpStatusCode.Forbidden, x =>
            {
                x.WithBearerToken(guest.AccessToken);
                x.Post.Url("/api/auth/email/verify/resend");
            }));
        Assert.Equal("auth.required", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Url("/api/auth/email/verify/resend")));
    }

    [Fact]
    public async Task an_account_moves_to_another_address_when_the_link_there_is_opened_and_both_are_told()
    {
        var (old, next) = (await RegisteredAsync(), NewEmail());
        var shopper = await SignInAsync(old);
        var (_, asked) =
            await AsAsync(shopper, HttpStatusCode.Accepted, x => x.Post.Json(new ChangeEmail(next, Password)).ToUrl("/api/users/me/email"));
        Assert.Equal([(AccountNoticeKind.EmailChangeAsked, old), (AccountNoticeKind.ConfirmNewEmail, next)],
            asked.Select(x => (x.Kind, x.Email)));
        await SignInAsync(old);

        var token = TokenOf(asked[1]);
        var told = await ToldAsync(HttpStatusCode.NoContent, new VerifyEmail(token), "/api/auth/email/verify");
        Assert.Equal([(AccountNoticeKind.EmailChanged, old), (AccountNoticeKind.EmailChanged, next)], told.Select(x => (x.Kind, x.Email)));
        Assert.Equal((next, true), ((await SignInAsync(next)).User.Email, (await SignInAsync(next)).User.EmailVerified));
        Assert.Equal("auth.credentials_wrong",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new LogIn(old, Password)).ToUrl("/api/auth/login")));
        await LinkIsRefusedAsync(token);
    }

    [Fact]
    public async Task an_address_that_is_somebody_s_is_answered_alike_and_its_owner_told()
    {
        var taken = await RegisteredAsync();
        var shopper = await SignedInAsync();
        var (_, asked) =
            await AsAsync(shopper, HttpStatusCode.Accepted,
                x => x.Post.Json(new ChangeEmail(taken, Password)).ToUrl("/api/users/me/email"));
        Assert.Equal([(AccountNoticeKind.EmailChangeAsked, shopper.User.Email), (AccountNoticeKind.RegistrationRepeated, taken)],
            asked.Select(x => (x.Kind, (string?)x.Email)));
        Assert.All(asked, x => Assert.Null(x.Link));
    }

    [Fact]
    public async Task whoever_registers_at_the_new_address_first_keeps_it()
    {
        var next = NewEmail();
        var shopper = await SignedInAsync();
        var (_, asked) =
            await AsAsync(shopper, HttpStatusCode.Accepted, x => x.Post.Json(new ChangeEmail(next, Password)).ToUrl("/api/users/me/email"));
        await ToldAsync(HttpStatusCode.Accepted, new Register(next, Password, "Ravi Menon"), "/api/auth/register");
        await LinkIsRefusedAsync(TokenOf(asked[1]));
        Assert.Equal("Ravi Menon", Assert.Single(await AccountsOfAsync(next)).Name);
    }

    [Fact]
    public async Task a_move_takes_the_password_and_another_address()
    {
        var shopper = await SignedInAsync();
        Assert.Equal("account.password_wrong", await RefusedAsync(HttpStatusCode.BadRequest, x =>
        {
            x.WithBearerToken(shopper.AccessToken);
            x.Post.Json(new ChangeEmail(NewEmail(), "a wrong password")).ToUrl("/api/users/me/email");
        }));
        foreach (var (body, field) in new[]
        {
            ("{}", "newEmail"), ("""{"newEmail":"asha","password":"p"}""", "newEmail"), ("""{"newEmail":"a@example.com"}""", "password"),
            ($$"""{"newEmail":"{{shopper.User.Email}}","password":"{{Password}}"}""", "newEmail"),
            ("""{"newEmail":"a@example.com","password":"p","email":"b@example.com"}""", "email"),
        }) Assert.Contains(field, await FaultsAsync("/api/users/me/email", body, shopper.AccessToken));
        Assert.Null(Assert.Single(await AccountsOfAsync(shopper.User.Email!)).PendingEmail);
    }

    private async Task LinkIsRefusedAsync(string token) =>
        Assert.Equal("account.token_invalid",
            await RefusedAsync(HttpStatusCode.BadRequest, x => x.Post.Json(new VerifyEmail(token)).ToUrl("/api/auth/email/verify")));
}
