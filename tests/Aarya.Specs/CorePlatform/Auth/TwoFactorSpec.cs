using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.TwoFactor;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Grpc.Core;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using OtpNet;

namespace Aarya.Specs.CorePlatform.Auth;

[StoryOf(typeof(PassTwoFactorEndpoint), typeof(ConfirmTwoFactorEndpoint), typeof(RenewRecoveryCodesEndpoint),
    typeof(StartTwoFactorEndpoint), typeof(StopTwoFactorEndpoint))]
public sealed class TwoFactorSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task signing_in_takes_a_code_once_the_second_factor_is_on()
    {
        var (email, key, _) = await WithTwoFactorAsync();
        var challenge = await ChallengeAsync(email);
        Assert.Equal("auth.code_wrong", await PassAsync(challenge, "000000", HttpStatusCode.Unauthorized));

        var code = await NextCodeAsync(email, key);
        var signedIn = (await Host.Scenario(x => x.Post.Json(new PassTwoFactor(challenge, code)).ToUrl("/api/auth/two-factor")))
            .ReadAsJson<SignedIn>()!;
        Assert.Equal((email, true), (signedIn.User.Email, signedIn.User.TwoFactor));
        await Host.Scenario(x => { x.WithBearerToken(signedIn.AccessToken); x.Get.Url("/api/users/me"); });

        // Neither the challenge nor the code works again.
        Assert.Equal("auth.challenge_invalid", await PassAsync(challenge, code, HttpStatusCode.Unauthorized));
        Assert.Equal("auth.code_wrong", await PassAsync(await ChallengeAsync(email), code, HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task a_code_sent_in_two_logins_at_once_opens_one()
    {
        var (email, key, _) = await WithTwoFactorAsync();
        string[] challenges = [await ChallengeAsync(email), await ChallengeAsync(email)];
        var code = await NextCodeAsync(email, key);
        var answers =
            await Task.WhenAll(
                challenges.Select(challenge => Host.Scenario(x =>
                {
                    x.Post.Json(new PassTwoFactor(challenge, code)).ToUrl("/api/auth/two-factor");
                    x.IgnoreStatusCode();
                })));
        Assert.Equal([200, 401], answers.Select(x => x.Context.Response.StatusCode).Order());
    }

    [Fact]
    public async Task a_recovery_code_sent_in_two_logins_at_once_opens_one()
    {
        var (email, _, codes) = await WithTwoFactorAsync();
        string[] challenges = [await ChallengeAsync(email), await ChallengeAsync(email)];
        var answers =
            await Task.WhenAll(
                challenges.Select(challenge => Host.Scenario(x =>
                {
                    x.Post.Json(new PassTwoFactor(challenge, codes[0])).ToUrl("/api/auth/two-factor");
                    x.IgnoreStatusCode();
                })));
        Assert.Equal([200, 401], answers.Select(x => x.Context.Response.StatusCode).Order());
        Assert.Equal(Accounts.RecoveryCodeCount - 1, Assert.Single(await AccountsOfAsync(email)).RecoveryCodes.Count);
    }

    [Fact]
    public async Task whoever_registered_at_somebody_s_address_switches_nothing_on_there()
    {
        var email = NewEmail();
        var mail =
            Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new Register(email, Password, "Ravi Menon"), "/api/auth/register"));
        var stranger = await SignInAsync(email);
        Assert.Equal("account.email_unverified",
            await CodeOfAsync(stranger, HttpStatusCode.Conflict, new StartTwoFactor(Password), "/api/users/me/two-factor"));
        Assert.Null(Assert.Single(await AccountsOfAsync(email)).AuthenticatorKey);

        await ToldAsync(HttpStatusCode.NoContent, new VerifyEmail(TokenOf(mail)), "/api/auth/email/verify");
        await AsAsync(stranger, HttpStatusCode.OK, x => x.Post.Json(new StartTwoFactor(Password)).ToUrl("/api/users/me/two-factor"));
    }

    [Fact]
    public async Task codes_that_are_right_are_no_guesses_however_many()
    {
        var email = await VerifiedAsync();
        var shopper = await SignInAsync(email);
        for (var i = 0; i <= Attempts.FreeFromOneNetwork / 2; i++)
        {
            var started =
                (await AsAsync(shopper, HttpStatusCode.OK,
                    x => x.Post.Json(new StartTwoFactor(Password)).ToUrl("/api/users/me/two-factor"))).Response
                    .ReadAsJson<TwoFactorKeyView>()!;
            var key = Base32Encoding.ToBytes(started.Secret);
            var on = await NextCodeAsync(email, key);
            await AsAsync(shopper, HttpStatusCode.OK, x => x.Post.Json(new ConfirmTwoFactor(on)).ToUrl("/api/users/me/two-factor/confirm"));
            var off = await NextCodeAsync(email, key);
            await AsAsync(shopper, HttpStatusCode.NoContent,
                x => x.Delete.Json(new StopTwoFactor(Code: off)).ToUrl("/api/users/me/two-factor"));
        }
    }

    [Fact]
    public async Task a_login_that_waits_for_the_cart_holds_no_other_login_up()
    {
        var commerce = new SlowCommerce();
        await using var node =
            await Fixture.AnotherNodeAsync(x =>
                x.ConfigureServices(services => services.AddSingleton<Aarya.Protos.Commerce.Commerce.CommerceClient>(commerce)));
        var (email, _, codes) = await WithTwoFactorAsync();
        var guest = await GuestAsync();
        string[] challenges = [await ChallengeAsync(email), await ChallengeAsync(email)];
        var slow = node.Scenario(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Json(new PassTwoFactor(challenges[0], codes[0])).ToUrl("/api/auth/two-factor");
        });
        await commerce.Asked.Task.WaitAsync(Cancellation);
        await node.Scenario(x => x.Post.Json(new PassTwoFactor(challenges[1], codes[1])).ToUrl("/api/auth/two-factor"));
        Assert.False(slow.IsCompleted);
        commerce.Answers.SetResult(new());
        await slow;
    }

    private sealed class SlowCommerce : Aarya.Protos.Commerce.Commerce.CommerceClient
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<Aarya.Protos.Commerce.Cart> Answers { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override AsyncUnaryCall<Aarya.Protos.Commerce.Cart> MergeCartAsync(Aarya.Protos.Commerce.MergeCartRequest request,
            CallOptions options)
        {
            Asked.TrySetResult();
            return new(Answers.Task, Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });
        }
    }

    [Fact]
    public async Task a_challenge_is_good_for_five_tries()
    {
        var (email, key, _) = await WithTwoFactorAsync();
        var challenge = await ChallengeAsync(email);
        for (var i = 0; i < Challenges.Tries; i++)
            Assert.Equal("auth.code_wrong", await PassAsync(challenge, "000000", HttpStatusCode.Unauthorized));
        Assert.Equal("auth.challenge_invalid", await PassAsync(challenge, await NextCodeAsync(email, key), HttpStatusCode.Unauthorized));
        Assert.Equal("auth.challenge_invalid", await PassAsync("invented", "000000", HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task a_challenge_does_not_outlive_the_password_that_it_was_given_for()
    {
        var (email, _, codes) = await WithTwoFactorAsync();
        var challenge = await ChallengeAsync(email);
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(mail), "another way to Pune"), "/api/auth/password/reset");
        Assert.Equal("auth.challenge_invalid", await PassAsync(challenge, codes[0], HttpStatusCode.Unauthorized));
    }

    [Fact]
    public async Task a_recovery_code_signs_in_once_however_it_is_typed_and_the_owner_is_told()
    {
        var (email, _, codes) = await WithTwoFactorAsync();
        Assert.Equal(Accounts.RecoveryCodeCount, codes.Distinct().Count());
        var typed = codes[0].Replace("-", " ", StringComparison.Ordinal).ToLowerInvariant();
        var told = await ToldAsync(HttpStatusCode.OK, new PassTwoFactor(await ChallengeAsync(email), typed), "/api/auth/two-factor");
        Assert.Equal(AccountNoticeKind.RecoveryCodeUsed, Assert.Single(told).Kind);
        Assert.Equal("auth.code_wrong", await PassAsync(await ChallengeAsync(email), codes[0], HttpStatusCode.Unauthorized));

        var account = Assert.Single(await AccountsOfAsync(email));
        Assert.Equal(9, account.RecoveryCodes.Count);
        Assert.DoesNotContain(codes[1], account.RecoveryCodes);
    }

    [Fact]
    public async Task new_recovery_codes_take_the_place_of_the_old()
    {
        var (email, key, codes) = await WithTwoFactorAsync();
        var signedIn = await PassedAsync(email, await NextCodeAsync(email, key));
        var (response, told) =
            await AsAsync(signedIn, HttpStatusCode.OK,
                x => x.Post.Json(new RenewRecoveryCodes(Password)).ToUrl("/api/users/me/two-factor/recovery-codes"));
        Assert.Equal(AccountNoticeKind.RecoveryCodesRenewed, Assert.Single(told).Kind);
        Assert.Equal("auth.code_wrong", await PassAsync(await ChallengeAsync(email), codes[0], HttpStatusCode.Unauthorized));
        await PassedAsync(email, response.ReadAsJson<RecoveryCodesView>()!.RecoveryCodes[0]);
    }

    [Fact]
    public async Task it_is_switched_off_with_the_password_or_a_code_and_the_owner_is_told()
    {
        foreach (var byPassword in new[] { true, false })
        {
            var (email, key, codes) = await WithTwoFactorAsync();
            var signedIn = await PassedAsync(email, await NextCodeAsync(email, key));
            Assert.Contains("password", await FaultsAsync("/api/users/me/two-factor", "{}", signedIn.AccessToken, "DELETE"));
            Assert.Contains("code", await FaultsAsync("/api/users/me/two-factor", """{"code":"000000"}""", signedIn.AccessToken, "DELETE"));

            var (_, told) = await AsAsync(signedIn, HttpStatusCode.NoContent, x =>
                x.Delete.Json(byPassword ? new StopTwoFactor(Password) : new StopTwoFactor(Code: codes[3]))
                    .ToUrl("/api/users/me/two-factor"));
            Assert.Equal(AccountNoticeKind.TwoFactorOff, Assert.Single(told).Kind);
            Assert.False((await SignInAsync(email)).User.TwoFactor);
        }
    }

    [Fact]
    public async Task it_is_not_on_before_a_code_was_confirmed_and_cannot_be_begun_twice()
    {
        var email = await VerifiedAsync();
        var shopper = await SignInAsync(email);
        Assert.Equal("two_factor.not_started",
            await CodeOfAsync(shopper, HttpStatusCode.Conflict, new ConfirmTwoFactor("000000"), "/api/users/me/two-factor/confirm"));
        Assert.Equal("two_factor.off",
            await CodeOfAsync(shopper, HttpStatusCode.Conflict, new RenewRecoveryCodes(Password),
                "/api/users/me/two-factor/recovery-codes"));
        Assert.Equal("account.password_wrong",
            await CodeOfAsync(shopper, HttpStatusCode.BadRequest, new StartTwoFactor("wrong"), "/api/users/me/two-factor"));
        await AsAsync(shopper, HttpStatusCode.OK, x => x.Post.Json(new StartTwoFactor(Password)).ToUrl("/api/users/me/two-factor"));
        Assert.Equal("two_factor.code_wrong",
            await CodeOfAsync(shopper, HttpStatusCode.BadRequest, new ConfirmTwoFactor("000000"), "/api/users/me/two-factor/confirm"));
        Assert.False((await SignInAsync(email)).User.TwoFactor);

        var (on, _, codes) = await WithTwoFactorAsync();
        var signedIn = await PassedAsync(on, codes[0]);
        Assert.Equal("two_factor.on",
            await CodeOfAsync(signedIn, HttpStatusCode.Conflict, new StartTwoFactor(Password), "/api/users/me/two-factor"));
    }

    [Theory]
    [InlineData("/api/users/me/two-factor", "{}", "password")]
    [InlineData("/api/users/me/two-factor", """{"password":7}""", "password")]
    [InlineData("/api/users/me/two-factor/confirm", """{"code":123456}""", "code")]
    [InlineData("/api/users/me/two-factor/confirm", """{"code":"1\u0000"}""", "code")]
    [InlineData("/api/users/me/two-factor/recovery-codes", """{"password":"p","count":100}""", "count")]
    [InlineData("/api/auth/two-factor", """{"code":"000000"}""", "challenge")]
    [InlineData("/api/auth/two-factor", """{"challenge":"x","code":""}""", "code")]
    public async Task what_is_wrong_with_a_request_is_named(string url, string body, string field) =>
        Assert.Contains(field, await FaultsAsync(url, body, (await SignedInAsync()).AccessToken));

    /// <summary>A new customer with the second factor on.</summary>
    private async Task<(string Email, byte[] Key, IReadOnlyList<string> Codes)> WithTwoFactorAsync()
    {
        var email = await VerifiedAsync();
        var shopper = await SignInAsync(email);
        var (started, _) =
            await AsAsync(shopper, HttpStatusCode.OK, x => x.Post.Json(new StartTwoFactor(Password)).ToUrl("/api/users/me/two-factor"));
        var view = started.ReadAsJson<TwoFactorKeyView>()!;
        Assert.Contains($"secret={view.Secret}", view.Uri, StringComparison.Ordinal);
        var key = Base32Encoding.ToBytes(view.Secret);
        var (confirmed, told) = await AsAsync(shopper, HttpStatusCode.OK, x =>
            x.Post.Json(new ConfirmTwoFactor(new Totp(key).ComputeTotp()))
                .ToUrl("/api/users/me/two-factor/confirm"));
        Assert.Equal(AccountNoticeKind.TwoFactorOn, Assert.Single(told).Kind);
        Assert.Equal("no-store", confirmed.Context.Response.Headers.CacheControl.ToString());
        return (email, key, confirmed.ReadAsJson<RecoveryCodesView>()!.RecoveryCodes);
    }

    private async Task<string> ChallengeAsync(string email)
    {
        var refused = await Host.Scenario(x =>
        {
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
            x.StatusCodeShouldBe(401);
        });
        var problem = refused.ReadAsJson<JsonElement>();
        Assert.Equal(("auth.two_factor_required", 300),
            (problem.GetProperty("code").GetString(), problem.GetProperty("expiresIn").GetInt32()));
        return problem.GetProperty("challenge").GetString()!;
    }

    private Task<string> PassAsync(string challenge, string code, HttpStatusCode status) =>
        RefusedAsync(status, x => x.Post.Json(new PassTwoFactor(challenge, code)).ToUrl("/api/auth/two-factor"));

    private async Task<SignedIn> PassedAsync(string email, string code)
    {
        var challenge = await ChallengeAsync(email);
        return (await Track(x => x.Post.Json(new PassTwoFactor(challenge, code)).ToUrl("/api/auth/two-factor"))).Response
            .ReadAsJson<SignedIn>()!;
    }

    private Task<string> CodeOfAsync(SignedIn who, HttpStatusCode status, object command, string url) =>
        RefusedAsync(status, x => { x.WithBearerToken(who.AccessToken); x.Post.Json(command).ToUrl(url); });

    // Moves the last accepted code into the past, so that the next one is accepted.
    private async Task<string> NextCodeAsync(string email, byte[] key)
    {
        var now = DateTimeOffset.UtcNow;
        await StoreAsync(Assert.Single(await AccountsOfAsync(email)).Id, x => x.LastCodeStep = now.ToUnixTimeSeconds() / 30 - 3);
        return new Totp(key).ComputeTotp(now.UtcDateTime);
    }
}
