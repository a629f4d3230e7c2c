using System.Collections.Concurrent;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Users;
using Aarya.Specs.Support;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Aarya.Specs.CorePlatform;

public sealed class SecretsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task no_log_line_of_any_level_holds_a_password_or_a_token()
    {
        var log = new CapturedLog();
        await using var node = await Fixture.AnotherNodeAsync(x => x.ConfigureServices(services =>
            services.AddLogging(y => y.AddProvider(log).SetMinimumLevel(LogLevel.Trace).AddFilter<CapturedLog>(null, LogLevel.Trace))));

        var email = NewEmail();
        var guest = (await node.Scenario(x => x.Post.Url("/api/auth/guest"))).ReadAsJson<SignedIn>()!;
        for (var i = 0; i < 2; i++)
            await node.Scenario(x => { x.WithBearerToken(guest.AccessToken); x.Post.Json(new Register(email, Password, "Asha Rao")).ToUrl("/api/auth/register"); x.StatusCodeShouldBe(202); });
        await node.Scenario(x => { x.Post.Json(new LogIn(email, Password + "?")).ToUrl("/api/auth/login"); x.StatusCodeShouldBe(401); });
        await node.Scenario(x => { x.Post.Text($$"""{"email":7,"password":"{{Password}}"}""").ToUrl("/api/auth/login"); x.WithRequestHeader("content-type", "application/json"); x.StatusCodeShouldBe(400); });
        var shopper = (await node.Scenario(x => { x.WithBearerToken(guest.AccessToken); x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"); })).ReadAsJson<SignedIn>()!;
        var after = (await node.Scenario(x => x.Post.Json(new RefreshTokens(shopper.RefreshToken)).ToUrl("/api/auth/refresh"))).ReadAsJson<SignedIn>()!;
        await node.Scenario(x => { x.WithBearerToken(shopper.AccessToken + "x"); x.Get.Url("/api/users/me"); x.StatusCodeShouldBe(401); });
        await node.Scenario(x => { x.WithBearerToken(after.AccessToken); x.Post.Url("/api/auth/logout"); x.StatusCodeShouldBe(204); });
        await node.Scenario(x => { x.Post.Json(new RefreshTokens(after.RefreshToken)).ToUrl("/api/auth/refresh"); x.StatusCodeShouldBe(401); });

        Assert.NotEmpty(log.Lines);
        var hash = (await AccountsOfAsync(email)).Single().PasswordHash.Split('$')[^1];
        string[] secrets = [Password, hash, .. new[] { guest, shopper, after }.SelectMany(x => new[] { x.AccessToken.Split('.')[2], x.RefreshToken })];
        foreach (var secret in secrets) Assert.DoesNotContain(log.Lines, x => x.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public void what_carries_a_secret_does_not_print_it()
    {
        Assert.DoesNotContain(Password, new Register("asha@example.com", Password, "Asha").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(Password, new LogIn("asha@example.com", Password).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new RefreshTokens("secret").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", new SignedIn(UserView.Guest(Guid.NewGuid()), "secret", "secret", 900).ToString(), StringComparison.Ordinal);
    }

    private sealed class CapturedLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            Lines.Enqueue($"{state}");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue($"{formatter(state, exception)} {exception}");

        public void Dispose() { }
    }
}
