using System.Globalization;
using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Auth.Abuse;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Features.CorePlatform.Users.TwoFactor;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Alba;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OtpNet;
using StackExchange.Redis;

namespace Aarya.Specs.CorePlatform.Auth.Abuse;

public sealed class AttemptsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private Attempts Attempts => Host.Services.GetRequiredService<Attempts>();

    [Fact]
    public async Task after_ten_wrong_passwords_even_the_right_one_has_to_wait_and_known_and_unknown_addresses_do_alike()
    {
        foreach (var email in new[] { await RegisteredAsync(), NewEmail() })
        {
            for (var i = 0; i < Attempts.FreeFromOneNetwork; i++)
                Assert.Equal("auth.credentials_wrong",
                    await RefusedAsync(HttpStatusCode.Unauthorized,
                        x => x.Post.Json(new LogIn(email, $"wrong {i}")).ToUrl("/api/auth/login")));
            // The wait doubles, so that it outlasts a request even on a slow machine.
            IScenarioResult? refused = null;
            for (var i = 0; refused is null && i < 8; i++)
            {
                var response = await Host.Scenario(x =>
                {
                    x.Post.Json(new LogIn(email, "wrong")).ToUrl("/api/auth/login");
                    x.IgnoreStatusCode();
                });
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
            for (var i = 0; i < Attempts.FreeFromOneNetwork; i++)
                Assert.Null((await Attempts.BeginAsync("login", account, From("203.0.113.7"))).Status);
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
        for (var i = 0; i < Attempts.FreeFromOneNetwork; i++)
            Assert.Null((await Attempts.BeginAsync("login", account, From("198.51.100.1"))).Status);
    }

    [Fact]
    public async Task two_spellings_of_an_address_are_one_account_and_redis_knows_neither()
    {
        var account = NewEmail();
        for (var i = 0; i < Attempts.FreeFromOneNetwork; i++)
            await Attempts.BeginAsync("login", i % 2 == 0 ? account : $" {account.ToUpperInvariant()}", From("203.0.113.7"));
        Assert.Equal(429, await WaitingAsync(account, "203.0.113.7"));

        var redis = Host.Services.GetRequiredService<RedisConnections>();
        var keys = redis.StateConnection.GetServers().SelectMany(x => x.Keys(pattern: "*")).Select(x => x.ToString()).ToList();
        Assert.Contains(keys, x => x.Contains("login:", StringComparison.Ordinal));
        Assert.DoesNotContain(keys, x => x.Contains(account, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task redis_keeps_no_network_address_and_knows_a_network_by_another_name_for_each_account()
    {
        // A kind that no other spec counts, because all of them share one Redis.
        var kind = $"spec-{Guid.NewGuid():N}";
        foreach (var account in new[] { NewEmail(), NewEmail() })
        {
            await Attempts.BeginAsync(kind, account, From("203.0.113.201"));
            await Attempts.BeginAsync(kind, account, From("2001:db8:77:1::1"));
            await Attempts.SucceedAsync(kind, account, From("203.0.113.202"));
        }

        var added = KeysOfRates().Where(x => x.Contains(kind, StringComparison.Ordinal)).ToList();
        // Per account: the counts of two networks, the count from anywhere, and a known network.
        Assert.Equal(8, added.Count);
        foreach (var part in new[] { "203.0.113.", "2001:db8" })
            Assert.DoesNotContain(added, x => x.Contains(part, StringComparison.Ordinal));
        Assert.Equal(8, added.Select(x => x.Split(':')[^1]).Distinct().Count());
    }

    [Fact]
    public async Task guesses_at_a_code_or_at_the_password_of_who_is_signed_in_have_to_wait_too()
    {
        var shopper = await SignedInAsync();
        HashSet<int> seen = [];
        for (var i = 0; i < 20 && !seen.Contains(429); i++)
            seen.Add(
                (await Host.Scenario(x =>
                {
                    x.WithBearerToken(shopper.AccessToken);
                    x.Post.Json(new Deactivate("wrong")).ToUrl("/api/users/me/deactivate");
                    x.IgnoreStatusCode();
                })).Context.Response.StatusCode);
        Assert.Equal([400, 429], seen.Order());
    }

    [Fact]
    public async Task guesses_at_a_code_have_to_wait_too_signed_in_or_not()
    {
        var email = await VerifiedAsync();
        var shopper = await SignInAsync(email);
        await AsAsync(shopper, HttpStatusCode.OK, x => x.Post.Json(new StartTwoFactor(Password)).ToUrl("/api/users/me/two-factor"));
        Assert.Equal([400, 429],
            await SeenAsync(x =>
            {
                x.WithBearerToken(shopper.AccessToken);
                x.Post.Json(new ConfirmTwoFactor("wrong")).ToUrl("/api/users/me/two-factor/confirm");
            }));

        var other = await VerifiedAsync();
        await StoreAsync(Assert.Single(await AccountsOfAsync(other)).Id,
            x => (x.TwoFactorEnabled, x.AuthenticatorKey) = (true, "JBSWY3DPEHPK3PXP"));
        HashSet<int> seen = [];
        for (var i = 0; i < 10 && !seen.Contains(429); i++)
        {
            var challenge = await ChallengeAsync(new(other, Password));
            // A further try would be refused because the challenge is used up.
            for (var j = 0; j < Challenges.Tries && !seen.Contains(429); j++)
                seen.Add(await StatusAsync(x => x.Post.Json(new PassTwoFactor(challenge, "wrong")).ToUrl("/api/auth/two-factor")));
        }

        Assert.Equal([401, 429], seen.Order());
    }

    [Fact]
    public async Task whoever_asks_for_resets_again_and_again_has_to_wait_whether_there_is_an_account_or_not()
    {
        foreach (var email in new[] { await RegisteredAsync(), NewEmail() })
            Assert.Equal([202, 429], await SeenAsync(x => x.Post.Json(new ForgetPassword(email)).ToUrl("/api/auth/password/forgot")));
    }

    [Fact]
    public async Task a_known_device_does_not_wait_for_what_strangers_try_beside_it_or_elsewhere()
    {
        var email = await RegisteredAsync();
        var device = (await SignInAsync(email)).DeviceToken;
        Assert.NotNull(device);
        for (var i = 0; i < Attempts.FreeFromAnywhere + 20; i++) await Attempts.BeginAsync("login", email, From($"203.0.113.{i}"));
        Assert.Equal([401, 429], await SeenAsync(x => x.Post.Json(new LogIn(email, "wrong")).ToUrl("/api/auth/login")));
        await TheyGoOnAsync();
        Assert.Equal("auth.too_many_attempts",
            await RefusedAsync(HttpStatusCode.TooManyRequests, x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login")));

        var again = (await Host.Scenario(x => x.Post.Json(new LogIn(email, Password, device)).ToUrl("/api/auth/login")))
            .ReadAsJson<SignedIn>()!;
        Assert.NotEqual(device, again.DeviceToken);
        await Host.Scenario(x => x.Post.Json(new LogIn(email, Password, again.DeviceToken)).ToUrl("/api/auth/login"));
    }

    [Fact]
    public async Task whoever_has_somebody_s_device_guesses_no_more_than_anybody_and_holds_nobody_else_up()
    {
        var email = await RegisteredAsync();
        var (stolen, kept) = ((await SignInAsync(email)).DeviceToken, (await SignInAsync(email)).DeviceToken);
        Assert.Equal([401, 429], await SeenAsync(x => x.Post.Json(new LogIn(email, "wrong", stolen)).ToUrl("/api/auth/login")));
        await TheyGoOnAsync();
        Assert.Equal(429, await StatusAsync(x => x.Post.Json(new LogIn(email, Password, stolen)).ToUrl("/api/auth/login")));
        Assert.Equal(200, await StatusAsync(x => x.Post.Json(new LogIn(email, Password, kept)).ToUrl("/api/auth/login")));
        Assert.Equal(200, await StatusAsync(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login")));
    }

    [Fact]
    public async Task a_known_device_is_not_held_up_at_its_second_factor_by_who_knows_the_password()
    {
        var email = await VerifiedAsync();
        var device = (await SignInAsync(email)).DeviceToken;
        var account = Assert.Single(await AccountsOfAsync(email));
        await StoreAsync(account.Id, x => (x.TwoFactorEnabled, x.AuthenticatorKey) = (true, "JBSWY3DPEHPK3PXP"));
        for (var i = 0; i < Attempts.FreeFromAnywhere + 20; i++)
            await Attempts.BeginAsync("two_factor", $"{account.Id:N}", From($"203.0.113.{i}"));
        await TheyGoOnAsync();

        var code = new Totp(Base32Encoding.ToBytes("JBSWY3DPEHPK3PXP")).ComputeTotp();
        var (stranger, owner) = (await ChallengeAsync(new(email, Password)), await ChallengeAsync(new(email, Password, device)));
        Assert.Equal(429, await StatusAsync(x => x.Post.Json(new PassTwoFactor(stranger, code)).ToUrl("/api/auth/two-factor")));
        await Host.Scenario(x => x.Post.Json(new PassTwoFactor(owner, code)).ToUrl("/api/auth/two-factor"));
    }

    [Fact]
    public async Task an_owner_whom_strangers_keep_waiting_comes_in_by_mail_and_they_cannot_close_that_way()
    {
        const string next = "a short way to Pune";
        var email = await RegisteredAsync();
        await StrangersGuessAsync();
        Assert.Equal(429, await StatusAsync(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login")));

        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        var reset = await Host.Scenario(x => x.Post.Json(new ResetPassword(TokenOf(mail), next)).ToUrl("/api/auth/password/reset"));
        Assert.Equal("no-store", reset.Context.Response.Headers.CacheControl.ToString());
        await SignInAsync(email, next);

        // With the device token the owner signs in although strangers have guessed again.
        await StrangersGuessAsync();
        Assert.Equal(429, await StatusAsync(x => x.Post.Json(new LogIn(email, next)).ToUrl("/api/auth/login")));
        await Host.Scenario(x => x.Post.Json(new LogIn(email, next, reset.ReadAsJson<KnownDevice>()!.DeviceToken))
            .ToUrl("/api/auth/login"));

        async Task StrangersGuessAsync()
        {
            for (var i = 0; i < Attempts.FreeFromAnywhere + 20; i++) await Attempts.BeginAsync("login", email, From($"203.0.113.{i}"));
            Assert.Contains(429, await SeenAsync(x => x.Post.Json(new LogIn(email, "wrong")).ToUrl("/api/auth/login")));
            await TheyGoOnAsync();
        }
    }

    [Fact]
    public async Task a_device_token_is_good_for_one_account_for_ninety_days_and_until_the_password_is_set_anew()
    {
        var (now, key) = (new FakeTimeProvider(DateTimeOffset.UtcNow), Host.Services.GetRequiredService<AccountKey>());
        var devices = new DeviceTokens(key, now);
        User Account(Guid id, string stamp) => new() { Id = id, SecurityStamp = stamp };
        var (owner, stamp) = (Guid.NewGuid(), "before");
        var token = devices.Issue(Account(owner, stamp));
        Assert.Equal(DeviceTokens.Longest, token.Length);
        Assert.NotNull(devices.FindDevice(Account(owner, stamp), token));
        Assert.NotEqual(devices.FindDevice(Account(owner, stamp), token),
            devices.FindDevice(Account(owner, stamp), devices.Issue(Account(owner, stamp))));

        Assert.Null(devices.FindDevice(Account(Guid.NewGuid(), stamp), token));
        Assert.Null(devices.FindDevice(Account(owner, "after"), token));
        foreach (var bad in new[] { null, "", "x", token[1..], $"{token}A", new string('A', token.Length), new string('?', token.Length) })
            Assert.Null(devices.FindDevice(Account(owner, stamp), bad));
        for (var i = 0; i < token.Length - 1; i++)
            Assert.Null(devices.FindDevice(Account(owner, stamp), $"{token[..i]}{(token[i] == 'A' ? 'B' : 'A')}{token[(i + 1)..]}"));
        now.Advance(DeviceTokens.Lifetime - TimeSpan.FromMinutes(1));
        Assert.NotNull(devices.FindDevice(Account(owner, stamp), token));
        now.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(devices.FindDevice(Account(owner, stamp), token));

        // Over HTTP: the reset changes the stamp, which makes the old token invalid.
        var email = await RegisteredAsync();
        var old = (await SignInAsync(email)).DeviceToken;
        var mail = Assert.Single(await ToldAsync(HttpStatusCode.Accepted, new ForgetPassword(email), "/api/auth/password/forgot"));
        await ToldAsync(HttpStatusCode.OK, new ResetPassword(TokenOf(mail), "a short way to Pune"), "/api/auth/password/reset");
        await SeenAsync(x => x.Post.Json(new LogIn(email, "wrong")).ToUrl("/api/auth/login"));
        await TheyGoOnAsync();
        Assert.Equal(429, await StatusAsync(x => x.Post.Json(new LogIn(email, "a short way to Pune", old)).ToUrl("/api/auth/login")));
    }

    [Fact]
    public async Task while_the_cache_is_away_each_process_counts_for_itself()
    {
        await using var cache = await RedisServer.StartAsync();
        await using var node = await Fixture.NodeApartAsync(x => x.UseSetting("REDIS_CACHE_URL", cache.Url));
        var here = node.Services.GetRequiredService<Attempts>();
        var (account, device) = (NewEmail(), "a device");
        await cache.KillAsync();

        for (var round = 0; round < 2; round++)
        {
            for (var i = 0; i < Attempts.FreeFromOneNetwork; i++)
                Assert.Null((await here.BeginAsync("login", account, From("203.0.113.7"))).Status);
            var refused = From("203.0.113.7");
            Assert.Equal(429, (await here.BeginAsync("login", account, refused)).Status);
            Assert.InRange(int.Parse(refused.Response.Headers.RetryAfter.ToString(), CultureInfo.InvariantCulture), 1, 360);
            await here.SucceedAsync("login", account, From("203.0.113.7"));
        }

        var answers = new List<int?>();
        for (var i = 0; i < Attempts.FreeFromAnywhere + 20; i++)
            answers.Add((await here.BeginAsync("login", account, From($"198.51.100.{i}"))).Status);
        Assert.Contains(429, answers);
        Assert.Null((await here.BeginAsync("login", account, From("198.51.100.1"), device)).Status);
        Assert.Null((await here.BeginAsync("login", NewEmail(), From("198.51.100.1"))).Status);
    }

    [Fact]
    public async Task a_login_that_a_busy_shop_could_not_check_does_not_count_as_an_attempt()
    {
        using var threads = new PasswordThreads(1, 0);
        await using var node = await Fixture.AnotherNodeAsync(x => x.ConfigureServices(y => y.AddSingleton(new PasswordHasher(threads))));
        var email = await RegisteredAsync();
        for (var i = 0; i < Attempts.FreeFromOneNetwork - 1; i++) await WithAsync("wrong", 401);

        using var over = new ManualResetEventSlim();
        var busy = threads.RunAsync(() => over.Wait(TimeSpan.FromMinutes(1)), TestContext.Current.CancellationToken);
        for (var i = 0; i < Attempts.FreeFromOneNetwork * 3; i++) await WithAsync("wrong", 503);
        over.Set();
        Assert.True(await busy);

        await WithAsync("wrong", 401);
        await TheyGoOnAsync();
        await WithAsync("wrong", 429);

        async Task WithAsync(string password, int status)
        {
            var answer = await node.Scenario(x =>
            {
                x.Post.Json(new LogIn(email, password)).ToUrl("/api/auth/login");
                x.IgnoreStatusCode();
            });
            Assert.Equal(status, answer.Context.Response.StatusCode);
        }
    }

    private async Task<string> ChallengeAsync(LogIn login)
    {
        var refused = await Host.Scenario(x => { x.Post.Json(login).ToUrl("/api/auth/login"); x.StatusCodeShouldBe(401); });
        return refused.ReadAsJson<JsonElement>().GetProperty("challenge").GetString()!;
    }

    private async Task<int> StatusAsync(Action<Scenario> configure) =>
        (await Host.Scenario(x => { configure(x); x.IgnoreStatusCode(); })).Context.Response.StatusCode;

    // Repeats the request until it has to wait. The first wait is a second; on a slow machine a later, longer one is met.
    private async Task<IEnumerable<int>> SeenAsync(Action<Scenario> configure)
    {
        HashSet<int> seen = [];
        for (var i = 0; i < 30 && !seen.Contains(429); i++) seen.Add(await StatusAsync(configure));
        return seen.Order();
    }

    // Extends every wait to a quarter of an hour, as further guesses would.
    private async Task TheyGoOnAsync()
    {
        foreach (var key in AllOfRedis.Multiplexer.GetServers().SelectMany(x => x.Keys(pattern: "rate:*")))
        {
            if (await AllOfRedis.KeyTypeAsync(key) == RedisType.Hash && await AllOfRedis.HashExistsAsync(key, "until"))
                await AllOfRedis.HashSetAsync(key, "until", DateTimeOffset.UtcNow.AddMinutes(15).ToUnixTimeMilliseconds());
        }
    }

    // The first wait is a second; on a slow machine a later, longer one is met.
    private async Task<int?> WaitingAsync(string account, string network)
    {
        ProblemDetails answer = new();
        for (var i = 0; i < 8 && answer.Status is null; i++) answer = await Attempts.BeginAsync("login", account, From(network));
        return answer.Status;
    }

    private static DefaultHttpContext From(string address) => new() { Connection = { RemoteIpAddress = IPAddress.Parse(address) } };

    private IEnumerable<string> KeysOfRates() => Host.Services.GetRequiredService<RedisConnections>()
        .StateConnection.GetServers().SelectMany(x => x.Keys(pattern: "rate:*")).Select(x => $"{x}");
}
