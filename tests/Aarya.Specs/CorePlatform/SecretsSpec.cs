using System.Collections.Concurrent;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Mailing;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Features.CorePlatform.Users.TwoFactor;
using Aarya.Features.Payment.Payments;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OtpNet;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform;

public sealed class SecretsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private const string Other = "a short way to Pune";

    [Fact]
    public async Task no_log_line_of_any_level_holds_a_password_or_a_token()
    {
        var log = new CapturedLog();
        await using var node = await Fixture.AnotherNodeAsync(x => x.ConfigureServices(services =>
            services.AddLogging(y => y.AddProvider(log).SetMinimumLevel(LogLevel.Trace).AddFilter<CapturedLog>(null, LogLevel.Trace))));

        var email = NewEmail();
        var guest = (await node.Scenario(x => x.Post.Url("/api/auth/guest"))).ReadAsJson<SignedIn>()!;
        for (var i = 0; i < 2; i++)
            await node.Scenario(x =>
            {
                x.WithBearerToken(guest.AccessToken);
                x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register");
                x.StatusCodeShouldBe(202);
            });
        await node.Scenario(x => { x.Post.Json(new LogIn(email, Password + "?")).ToUrl("/api/auth/login"); x.StatusCodeShouldBe(401); });
        await node.Scenario(x =>
        {
            x.Post.Text($$"""{"email":7,"password":"{{Password}}"}""").ToUrl("/api/auth/login");
            x.WithRequestHeader("content-type", "application/json");
            x.StatusCodeShouldBe(400);
        });
        var shopper =
            (await node.Scenario(x =>
            {
                x.WithBearerToken(guest.AccessToken);
                x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
            })).ReadAsJson<SignedIn>()!;
        var after = (await node.Scenario(x => x.Post.Json(new RefreshTokens(shopper.RefreshToken)).ToUrl("/api/auth/refresh")))
            .ReadAsJson<SignedIn>()!;
        await node.Scenario(x => { x.WithBearerToken(shopper.AccessToken + "x"); x.Get.Url("/api/users/me"); x.StatusCodeShouldBe(401); });
        await node.Scenario(x => { x.WithBearerToken(after.AccessToken); x.Post.Url("/api/auth/logout"); x.StatusCodeShouldBe(204); });
        await node.Scenario(x =>
        {
            x.Post.Json(new RefreshTokens(after.RefreshToken)).ToUrl("/api/auth/refresh");
            x.StatusCodeShouldBe(401);
        });

        List<string> links = [];
        await MailedAsync(() => node.Scenario(x =>
        {
            x.Post.Json(new ForgetPassword(email)).ToUrl("/api/auth/password/forgot");
            x.StatusCodeShouldBe(202);
        }));
        await MailedAsync(() => node.Scenario(x =>
        {
            x.Post.Json(new ResetPassword(links[^1], Other)).ToUrl("/api/auth/password/reset");
            x.StatusCodeShouldBe(200);
        }));
        await node.Scenario(x =>
        {
            x.Post.Json(new ResetPassword(links[0], Other)).ToUrl("/api/auth/password/reset");
            x.StatusCodeShouldBe(400);
        });
        var owner = (await node.Scenario(x => x.Post.Json(new LogIn(email, Other)).ToUrl("/api/auth/login"))).ReadAsJson<SignedIn>()!;
        await MailedAsync(() => node.Scenario(x =>
        {
            x.WithBearerToken(owner.AccessToken);
            x.Post.Json(new ChangeEmail(NewEmail(), Other)).ToUrl("/api/users/me/email");
            x.StatusCodeShouldBe(202);
        }));
        var key =
            (await node.Scenario(x =>
            {
                x.WithBearerToken(owner.AccessToken);
                x.Post.Json(new StartTwoFactor(Other)).ToUrl("/api/users/me/two-factor");
            })).ReadAsJson<TwoFactorKeyView>()!;
        var code = new Totp(Base32Encoding.ToBytes(key.Secret)).ComputeTotp();
        var recovery =
            (await node.Scenario(x =>
            {
                x.WithBearerToken(owner.AccessToken);
                x.Post.Json(new ConfirmTwoFactor(code)).ToUrl("/api/users/me/two-factor/confirm");
            })).ReadAsJson<RecoveryCodesView>()!.RecoveryCodes;
        var challenge =
            (await node.Scenario(x => { x.Post.Json(new LogIn(email, Other)).ToUrl("/api/auth/login"); x.StatusCodeShouldBe(401); }))
                .ReadAsJson<JsonElement>().GetProperty("challenge").GetString()!;
        var again = (await node.Scenario(x => x.Post.Json(new PassTwoFactor(challenge, recovery[0])).ToUrl("/api/auth/two-factor")))
            .ReadAsJson<SignedIn>()!;
        var export = await ExportLinkAsync(again);
        await node.Scenario(x => x.Get.Url($"/api/users/exports/{export}"));

        Assert.NotEmpty(log.Lines);
        var hash = (await AccountsOfAsync(email)).Single().PasswordHash.Split('$')[^1];
        var account = (await AccountsOfAsync(email)).Single();
        Assert.NotEmpty(links);
        string[] secrets = [Password, Other, hash, key.Secret, challenge, account.SecurityStamp, owner.DeviceToken!, again.DeviceToken!,
            .. recovery, .. links,
            .. new[] { guest, shopper, after }.SelectMany(x => new[] { x.AccessToken.Split('.')[2], x.RefreshToken })];
        foreach (var secret in secrets) Assert.DoesNotContain(log.Lines, x => x.Text.Contains(secret, StringComparison.Ordinal));

        // This one is part of a path, which the framework logs in lines below the configured level.
        Assert.Equal("Warning", node.Services.GetRequiredService<IConfiguration>()["Logging:LogLevel:Microsoft.AspNetCore"]);
        var others =
            log.Lines.Where(x => x.Level >= LogLevel.Warning || !x.Category.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal));
        Assert.DoesNotContain(others, x => x.Text.Contains(export, StringComparison.Ordinal));

        // The other contexts' parts are made up: only the link matters.
        async Task<string> ExportLinkAsync(SignedIn who)
        {
            var (user, id) = (who.User.Id,
                (await node.Scenario(x =>
                {
                    x.WithBearerToken(who.AccessToken);
                    x.Get.Url("/api/users/me/export");
                    x.StatusCodeShouldBe(202);
                })).ReadAsJson<ExportView>()!.Id);
            object[] parts = [new CommerceDataGatheredNotice(user, id, "{}", []), new PaymentDataGatheredNotice(user, id, "{}"),
                new ContentDataGatheredNotice(user, id, "{}"), new SearchDataGatheredNotice(user, id, "{}")];
            List<PersonalDataReadyNotice> ready = [];
            foreach (var part in parts)
                ready.AddRange((await node.InvokeMessageAndWaitAsync(part)).Sent.MessagesOf<PersonalDataReadyNotice>());
            return Assert.Single(ready).Link.Split('/')[^1];
        }

        // Collects the tokens of the links that are mailed meanwhile.
        async Task MailedAsync(Func<Task> act)
        {
            var messages = await node.ExecuteAndWaitAsync(act, 30_000);
            links.AddRange(messages.Sent.MessagesOf<AccountNotice>().Where(x => x.Link is not null).Select(TokenOf));
        }
    }

    [Fact]
    public void what_carries_a_secret_does_not_print_it()
    {
        Assert.DoesNotContain(Password, new Register("asha@example.com", Password, "Asha").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, new LogIn("asha@example.com", Password).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new RefreshTokens("secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new ResetPassword("secret", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new VerifyEmail("secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new PassTwoFactor("secret", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new ChangePassword("secret", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new TwoFactorKeyView("secret", "secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new RecoveryCodesView(["secret"]).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret",
            AccountNotices.To(new(), AccountNoticeKind.ResetPassword, DateTimeOffset.UtcNow, "secret").ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new SignedIn(UserView.Guest(Guid.NewGuid()), "secret", "secret", 900, "secret").ToString(),
            StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new KnownDevice("secret").ToString(), StringComparison.Ordinal);
    }

    private sealed record Line(string Category, LogLevel Level, string Text);

    private sealed class CapturedLog : ILoggerProvider
    {
        public ConcurrentQueue<Line> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, Lines);

        public void Dispose() { }

        private sealed class Logger(string category, ConcurrentQueue<Line> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull
            {
                lines.Enqueue(new(category, LogLevel.Trace, $"{state}"));
                return null;
            }

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception,
                Func<TState, Exception?, string> formatter) =>
                lines.Enqueue(new(category, logLevel, $"{formatter(state, exception)} {exception}"));
        }
    }
}
