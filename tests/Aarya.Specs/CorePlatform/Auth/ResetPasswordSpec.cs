using System.Net;
using Aarya.Features.CorePlatform;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Specs.Support;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.CorePlatform.Auth;

public sealed class ResetPasswordSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private const string NewPassword = "a short way to Pune";

    [Fact]
    public async Task whoever_forgot_their_password_sets_another_by_mail_and_every_session_ends()
    {
        var email = await RegisteredAsync();
        var before = await SignInAsync(email);
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email.ToUpperInvariant()), "/api/auth/password/forgot"));
        Assert.Equal((AccountNoticeKind.ResetPassword, email), (mail.Kind, mail.Email));

        var told = Assert.Single(await ToldAsync(HttpStatusCode.NoContent, new ResetPassword(TokenOf(mail), NewPassword), "/api/auth/password/reset"));
        Assert.Equal(AccountNoticeKind.PasswordChanged, told.Kind);
        await SessionIsOverAsync(before);
        Assert.Equal("auth.credentials_wrong", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login")));
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
    public async Task a_link_works_once_even_for_two_who_open_it_at_once()
    {
        var email = await RegisteredAsync();
        var token = await ResetTokenAsync(email);
        var answers = await Task.WhenAll(new[] { "the first of two", "the second of two" }.Select(async password =>
        {
            var response = await Host.Scenario(x => { x.Post.Json(new ResetPassword(token, password)).ToUrl("/api/auth/password/reset"); x.IgnoreStatusCode(); });
            return (password, response.Context.Response.StatusCode);
        }));

        Assert.Equal([204, 400], answers.Select(x => x.StatusCode).Order());
        await SignInAsync(email, answers.Single(x => x.StatusCode == 204).password);
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
        await other.Scenario(x => { x.Post.Json(new ResetPassword(token, NewPassword)).ToUrl("/api/auth/password/reset"); x.StatusCodeShouldBe(204); });
    }

    [Fact]
    public async Task a_link_of_another_kind_or_an_invented_one_resets_nothing()
    {
        var email = NewEmail();
        var verification = TokenOf((await ToldAsync(HttpStatusCode.Accepted, new Register(email, Password, "Asha Rao"), "/api/auth/register")).Single(x => x.Kind == AccountNoticeKind.VerifyEmail));
        var good = await ResetTokenAsync(email);
        foreach (var bad in new[] { verification, "x", new string('A', MailedTokens.Longest), $"{(good[0] == 'A' ? 'B' : 'A')}{good[1..]}", $"{good[..^1]}{(good[^1] == 'A' ? 'E' : 'A')}" })
            await LinkIsRefusedAsync(bad);
        await SignInAsync(email);
    }

    [Fact]
    public async Task a_mailbox_is_not_flooded()
    {
        var email = await RegisteredAsync();
        var mails = 0;
        for (var i = 0; i < 30; i++)
        {
            var (messages, _) = await Track(x => { x.Post.Json(new ForgetPassword(email)).ToUrl("/api/auth/password/forgot"); x.IgnoreStatusCode(); });
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
    public async Task what_is_wrong_with_a_reset_is_named(string body, string field) => Assert.Contains(field, await FaultsAsync("/api/auth/password/reset", body));

    [Theory]
    [InlineData("{}", "email")]
    [InlineData("""{"email":"asha"}""", "email")]
    [InlineData("""{"email":["asha@example.com"]}""", "email")]
    [InlineData("""{"email":"asha\u0000@example.com"}""", "email")]
    [InlineData("""{"email":"asha@example.com","name":"Asha"}""", "name")]
    public async Task what_is_wrong_with_forgetting_is_named(string body, string field) => Assert.Contains(field, await FaultsAsync("/api/auth/password/forgot", body));

    private async Task<string> ResetTokenAsync(string email) =>
        TokenOf(Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot")));

    private async Task<string> TokenMadeAsync(User account, TimeSpan ago)
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        var then = new Identity(Host.Services.GetRequiredService<AccountKey>(), Host.Services.GetRequiredService<PasswordHasher>(), new HeldTime(DateTimeOffset.UtcNow - ago));
        using var accounts = then.In(documents, Cancellation);
        return await accounts.GeneratePasswordResetTokenAsync(account);
    }

    private async Task LinkIsRefusedAsync(string token) =>
        Assert.Equal("account.token_invalid", await RefusedAsync(HttpStatusCode.BadRequest, x => x.Post.Json(new ResetPassword(token, NewPassword)).ToUrl("/api/auth/password/reset")));
}
