using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Contracts;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Wolverine.Tracking;

namespace Aarya.Specs.CorePlatform.Auth;

[StoryOf(typeof(SessionStolenHandler))]
public sealed class RefreshTokensSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private IDatabase Redis => AllOfRedis;

    [Fact]
    public async Task a_guest_and_a_customer_go_on_with_new_tokens()
    {
        foreach (var before in new[] { await GuestAsync(), await SignedInAsync() })
        {
            var after = await RefreshAsync(before.RefreshToken);
            Assert.Equivalent(before.User, after.User);
            Assert.NotEqual(before.RefreshToken, after.RefreshToken);
            await Host.Scenario(x => { x.WithBearerToken(after.AccessToken); x.Get.Url("/api/users/me"); });
            await RefreshAsync(after.RefreshToken);
        }
    }

    [Fact]
    public async Task two_tabs_that_refresh_at_once_both_go_on()
    {
        var shopper = await SignedInAsync();
        var tabs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => RefreshAsync(shopper.RefreshToken)));
        var successor = Assert.Single(tabs.Select(x => x.RefreshToken).Distinct());
        await RefreshAsync(successor);
    }

    [Fact]
    public async Task whoever_never_got_the_answer_asks_again_and_gets_the_same()
    {
        var shopper = await SignedInAsync();
        var lost = await RefreshAsync(shopper.RefreshToken);
        Assert.Equal(lost.RefreshToken, (await RefreshAsync(shopper.RefreshToken)).RefreshToken);
    }

    [Fact]
    public async Task a_token_used_again_after_the_grace_ends_the_session_for_thief_and_owner_alike()
    {
        var shopper = await SignedInAsync();
        var owner = await RefreshAsync(shopper.RefreshToken);
        await LetPassAsync(shopper.RefreshToken, SessionStore.Grace + TimeSpan.FromSeconds(1));

        var (messages, refused) = await Track(x =>
        {
            x.Post.Json(new RefreshTokens(shopper.RefreshToken)).ToUrl("/api/auth/refresh");
            x.StatusCodeShouldBe(HttpStatusCode.Unauthorized);
        });
        Assert.Equal("application/problem+json", refused.Context.Response.ContentType);
        Assert.Contains("auth.refresh_invalid", await refused.ReadAsTextAsync(), StringComparison.Ordinal);
        Assert.Equal((AccountNoticeKind.SessionStolen, shopper.User.Email),
            (messages.Sent.SingleMessage<AccountNotice>().Kind, messages.Sent.SingleMessage<AccountNotice>().Email));
        await RefreshIsRefusedAsync(owner.RefreshToken);
        Assert.Equal("auth.session_ended",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => { x.WithBearerToken(owner.AccessToken); x.Get.Url("/api/users/me"); }));
    }

    [Fact]
    public async Task an_owner_is_told_once_that_a_session_was_stolen_even_if_the_request_that_ended_it_died()
    {
        var shopper = await SignedInAsync();
        await RefreshAsync(shopper.RefreshToken);
        await LetPassAsync(shopper.RefreshToken, SessionStore.Grace + TimeSpan.FromSeconds(1));
        var sessions = Host.Services.GetRequiredService<SessionStore>();
        var token = RefreshToken.Parse(shopper.RefreshToken)!;
        // The request died after Redis had ended the session.
        Assert.Equal(Rotation.Reused, (await sessions.RotateAsync((await sessions.FindAsync(token.SessionId))!, token)).Outcome);

        List<AccountNotice> told = [];
        for (var i = 0; i < 3; i++)
        {
            var (messages, _) = await Track(x =>
            {
                x.Post.Json(new RefreshTokens(shopper.RefreshToken)).ToUrl("/api/auth/refresh");
                x.StatusCodeShouldBe(HttpStatusCode.Unauthorized);
            });
            told.AddRange(messages.Sent.MessagesOf<AccountNotice>());
        }

        var only = Assert.Single(told);
        Assert.Equal((AccountNoticeKind.SessionStolen, shopper.User.Email), (only.Kind, only.Email));
        // Two requests may report it at once.
        var again = await Host.InvokeMessageAndWaitAsync(new SessionStolen(token.SessionId, shopper.User.Id));
        Assert.Empty(again.Sent.MessagesOf<AccountNotice>());
    }

    [Fact]
    public async Task a_token_of_two_refreshes_ago_ends_the_session_even_within_the_grace()
    {
        var first = await SignedInAsync();
        var second = await RefreshAsync(first.RefreshToken);
        var third = await RefreshAsync(second.RefreshToken);
        await RefreshIsRefusedAsync(first.RefreshToken);
        await RefreshIsRefusedAsync(third.RefreshToken);
    }

    [Fact]
    public async Task an_invented_token_is_refused_and_harms_nobody_s_session()
    {
        var shopper = await SignedInAsync();
        var own = RefreshToken.Parse(shopper.RefreshToken)!;
        var other = RefreshToken.Parse((await SignedInAsync()).RefreshToken)!;
        RefreshToken[] invented =
        [
            own with { Generation = own.Generation + 1 },
            own with { Family = other.Family },
            own with { SessionId = other.SessionId },
            own with { SessionId = Guid.NewGuid() },
            other with { SessionId = own.SessionId },
            own with { Seal = other.Seal },
        ];
        foreach (var text in invented.Select(x => x.Encode()).Append(shopper.AccessToken[..own.Encode().Length]).Append("x"))
            await RefreshIsRefusedAsync(text);
        await RefreshAsync(shopper.RefreshToken);
        await RefreshAsync(other.Encode());
    }

    [Fact]
    public async Task a_session_that_was_logged_out_refreshes_no_more()
    {
        var shopper = await SignedInAsync();
        await Host.Scenario(x =>
        {
            x.WithBearerToken(shopper.AccessToken);
            x.Post.Url("/api/auth/logout");
            x.StatusCodeShouldBe(HttpStatusCode.NoContent);
        });
        await RefreshIsRefusedAsync(shopper.RefreshToken);
    }

    [Fact]
    public async Task redis_holds_nothing_that_a_thief_could_use()
    {
        var shopper = await SignedInAsync();
        var current = await RefreshAsync(shopper.RefreshToken);
        var id = RefreshToken.Parse(current.RefreshToken)!.SessionId;
        var kept = await Redis.HashGetAllAsync(RedisKeys.OfOneBucket.Session($"{id:D}"));
        foreach (var token in new[] { shopper.RefreshToken, current.RefreshToken }.Select(x => RefreshToken.Parse(x)!))
        {
            Assert.DoesNotContain(kept, x => ((byte[])x.Value!).AsSpan().IndexOf(token.Seal) >= 0);
            Assert.DoesNotContain(kept, x => ((byte[])x.Value!).AsSpan().IndexOf(token.Family) >= 0);
        }

        var left = await Redis.KeyTimeToLiveAsync(RedisKeys.OfOneBucket.Session($"{id:D}"));
        Assert.InRange(left!.Value, TimeSpan.FromDays(89), TimeSpan.FromDays(90));
    }

    [Fact]
    public async Task a_session_that_redis_remembers_although_it_was_ended_refreshes_no_more()
    {
        var email = await RegisteredAsync();
        var (phone, laptop) = (await SignInAsync(email), await SignInAsync(email));
        var before = await Task.WhenAll(new[] { phone, laptop }.Select(x => Redis.KeyDumpAsync(KeyOf(x))));
        await AsAsync(laptop, HttpStatusCode.NoContent,
            x => x.Post.Json(new ChangePassword(Password, "another way to Mumbai")).ToUrl("/api/users/me/password"));
        // As after a power cut: Redis has lost the writes of its last second.
        foreach (var (who, dump) in new[] { phone, laptop }.Zip(before))
        {
            await Redis.KeyDeleteAsync(KeyOf(who));
            await Redis.KeyRestoreAsync(KeyOf(who), dump!);
        }

        await RefreshIsRefusedAsync(phone.RefreshToken);
        Assert.False(await Redis.KeyExistsAsync(KeyOf(phone)));
        var after = await RefreshAsync(laptop.RefreshToken);
        await RefreshAsync(after.RefreshToken);
    }

    private static RedisKey KeyOf(SignedIn who) => RedisKeys.OfOneBucket.Session($"{RefreshToken.Parse(who.RefreshToken)!.SessionId:D}");

    private async Task<SignedIn> RefreshAsync(string token) =>
        (await Host.Scenario(x => x.Post.Json(new RefreshTokens(token)).ToUrl("/api/auth/refresh"))).ReadAsJson<SignedIn>()!;

    private async Task RefreshIsRefusedAsync(string token) =>
        Assert.Equal("auth.refresh_invalid",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Json(new RefreshTokens(token)).ToUrl("/api/auth/refresh")));

    // Redis measures the grace period by its own clock: the rotation is moved into the past instead.
    private Task<long> LetPassAsync(string token, TimeSpan time) =>
        Redis.HashDecrementAsync(
            RedisKeys.OfOneBucket.Session($"{RefreshToken.Parse(token)!.SessionId:D}"), "rotated", (long)time.TotalMilliseconds);
}
