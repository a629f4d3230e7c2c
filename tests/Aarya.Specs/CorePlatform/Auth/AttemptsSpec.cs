using System.Globalization;
using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Alba;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.CorePlatform.Auth;

public sealed class AttemptsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private Attempts Attempts => Host.Services.GetRequiredService<Attempts>();

    [Fact]
    public async Task after_ten_wrong_passwords_even_the_right_one_has_to_wait_and_known_and_unknown_addresses_do_alike()
    {
        foreach (var email in new[] { await RegisteredAsync(), NewEmail() })
        {
            for (var i = 0; i < Attempts.FreeFromOneNetwork; i++)
                Assert.Equal("auth.credentials_wrong", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new LogIn(email, $"wrong {i}")).ToUrl("/api/auth/login")));
            // However slow the machine, the wait doubles until it is longer than a request takes.
            IScenarioResult? refused = null;
            for (var i = 0; refused is null && i < 8; i++)
            {
                var response = await Host.Scenario(x => { x.Post.Json(new LogIn(email, "wrong")).ToUrl("/api/auth/login"); x.IgnoreStatusCode(); });
                if (response.Context.Response.StatusCode == 429) refused = response;
            }

            Assert.NotNull(refused);
            Assert.Contains("auth.too_many_attempts", await refused.ReadAsTextAsync(), StringComparison.Ordinal);
            Assert.InRange(int.Parse(refused.Context.Response.Headers.RetryAfter.ToString(), CultureInfo.InvariantCulture), 1, 256);
        }
    }

    [Fact]
    public async Task two_hundred_guesses_at_once_are_not_two_hundred_first_ones()
    {
        var account = NewEmail();
        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Attempts.BeginAsync("login", account, From("203.0.113.7"))));
        Assert.InRange(answers.Count(x => x.Status is null), Attempts.FreeFromOneNetwork, Attempts.FreeFromOneNetwork + 6);
    }

    [Fact]
    public async Task a_success_forgives_what_went_before()
    {
        var account = NewEmail();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < Attempts.FreeFromOneNetwork; i++) Assert.Null((await Attempts.BeginAsync("login", account, From("203.0.113.7"))).Status);
            await Attempts.SucceedAsync("login", account, From("203.0.113.7"));
        }
    }

    [Fact]
    public async Task an_attacker_elsewhere_does_not_keep_the_owner_out()
    {
        var account = NewEmail();
        await Attempts.SucceedAsync("login", account, From("198.51.100.1"));
        for (var i = 0; i < Attempts.FreeFromAnywhere + 20; i++) await Attempts.BeginAsync("login", account, From($"203.0.113.{i}"));

        Assert.Equal(429, await WaitingAsync(account, "192.0.2.1"));
        for (var i = 0; i < Attempts.FreeFromOneNetwork; i++) Assert.Null((await Attempts.BeginAsync("login", account, From("198.51.100.1"))).Status);
    }

    [Fact]
    public async Task two_spellings_of_an_address_are_one_account_and_redis_knows_neither()
    {
        var account = NewEmail();
        for (var i = 0; i < Attempts.FreeFromOneNetwork; i++) await Attempts.BeginAsync("login", i % 2 == 0 ? account : $" {account.ToUpperInvariant()}", From("203.0.113.7"));
        Assert.Equal(429, await WaitingAsync(account, "203.0.113.7"));

        var redis = Host.Services.GetRequiredService<RedisConnections>();
        var keys = redis.CacheConnection.GetServers().SelectMany(x => x.Keys(pattern: "*")).Select(x => x.ToString()).ToList();
        Assert.Contains(keys, x => x.Contains("login:", StringComparison.Ordinal));
        Assert.DoesNotContain(keys, x => x.Contains(account, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task guesses_at_a_code_or_at_the_password_of_who_is_signed_in_have_to_wait_too()
    {
        var shopper = await SignedInAsync();
        HashSet<int> seen = [];
        for (var i = 0; i < 20 && !seen.Contains(429); i++)
            seen.Add((await Host.Scenario(x => { x.WithBearerToken(shopper.AccessToken); x.Post.Json(new Deactivate("wrong")).ToUrl("/api/users/me/deactivate"); x.IgnoreStatusCode(); })).Context.Response.StatusCode);
        Assert.Equal([400, 429], seen.Order());
    }

    // The first wait is a second; on a machine that is slower than that the next ones are longer.
    private async Task<int?> WaitingAsync(string account, string network)
    {
        ProblemDetails answer = new();
        for (var i = 0; i < 8 && answer.Status is null; i++) answer = await Attempts.BeginAsync("login", account, From(network));
        return answer.Status;
    }

    private static DefaultHttpContext From(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };
}
