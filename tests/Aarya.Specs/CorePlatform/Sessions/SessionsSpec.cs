using System.Diagnostics;
using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Aarya.Specs.CorePlatform.Sessions;

[StoryOf(typeof(EndOwnSessionEndpoint), typeof(EndOwnSessionsEndpoint), typeof(ListSessionsEndpoint))]
public sealed class SessionsSpec(AaryaFixture fixture, OtherNode node) : CoreSpec(fixture), IClassFixture<OtherNode>
{
    private const string Phone =
        "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36";
    private const string Laptop = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:142.0) Gecko/20100101 Firefox/142.0";

    private readonly IAlbaHost other = node.Host;

    private SessionStore Sessions => Host.Services.GetRequiredService<SessionStore>();

    private IDatabase Redis => AllOfRedis;

    [Fact]
    public async Task a_customer_sees_where_they_are_signed_in()
    {
        var email = await RegisteredAsync();
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        var phone = await SignInOnAsync(email, Phone);
        var laptop = await SignInOnAsync(email, Laptop);

        var seen = await ListAsync(laptop);
        Assert.Equal(["Chrome on Android", "Firefox on Windows"], seen.Select(x => x.Device).Order());
        Assert.Equal(IdOf(laptop), Assert.Single(seen, x => x.Current).Id);
        Assert.Equal(IdOf(phone), Assert.Single(seen, x => !x.Current).Id);
        Assert.All(seen, x => Assert.InRange(x.CreatedAt, before, DateTimeOffset.UtcNow));
        Assert.All(seen, x => Assert.InRange(x.LastSeenAt, x.CreatedAt.AddSeconds(-1), DateTimeOffset.UtcNow.AddSeconds(1)));
    }

    [Fact]
    public async Task a_guest_has_one_session()
    {
        var guest = await GuestAsync();
        Assert.Equal((IdOf(guest), true), (Assert.Single(await ListAsync(guest)).Id, (await ListAsync(guest))[0].Current));
    }

    [Fact]
    public async Task a_customer_signs_another_device_out_and_it_is_out_on_every_node_within_a_second()
    {
        var email = await RegisteredAsync();
        var phone = await SignInOnAsync(email, Phone);
        var laptop = await SignInOnAsync(email, Laptop);
        Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(other, phone));

        await EndAsync(laptop, $"/api/sessions/{IdOf(phone):D}");
        await IsOutAsync(other, phone);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOnAsync(Host, phone));
        Assert.Equal("auth.refresh_invalid",
            await RefusedAsync(HttpStatusCode.Unauthorized,
                x => x.Post.Json(new RefreshTokens(phone.RefreshToken)).ToUrl("/api/auth/refresh")));
        Assert.Equal(IdOf(laptop), Assert.Single(await ListAsync(laptop)).Id);
    }

    [Fact]
    public async Task somebody_else_s_session_is_as_good_as_none_and_goes_on()
    {
        var (asha, ravi) = (await SignedInAsync(), await SignedInAsync());
        foreach (var id in new[] { IdOf(ravi), Guid.NewGuid() })
            Assert.Equal("session.not_found",
                await RefusedAsync(HttpStatusCode.NotFound, x =>
                {
                    x.WithBearerToken(asha.AccessToken);
                    x.Delete.Url($"/api/sessions/{id:D}");
                }));
        Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(Host, ravi));
    }

    [Fact]
    public async Task a_customer_signs_out_everywhere_on_every_node()
    {
        var email = await RegisteredAsync();
        var stranger = await SignedInAsync();
        SignedIn[] own = [await SignInOnAsync(email, Phone), await SignInOnAsync(email, Laptop), await SignInOnAsync(email, Laptop)];
        foreach (var one in own) Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(other, one));

        await EndAsync(own[0], "/api/sessions");
        foreach (var one in own)
        {
            await IsOutAsync(other, one);
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusOnAsync(Host, one));
        }

        Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(Host, stranger));
        Assert.False(await Redis.KeyExistsAsync(RedisKeys.OfOneBucket.SessionsOf($"{own[0].User.Id:D}")));
    }

    [Fact]
    public async Task all_but_one_can_be_ended()
    {
        var email = await RegisteredAsync();
        var (phone, laptop) = (await SignInOnAsync(email, Phone), await SignInOnAsync(email, Laptop));
        await Sessions.EndAllAsync(phone.User.Id, except: IdOf(phone));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOnAsync(Host, laptop));
        Assert.Equal(IdOf(phone), Assert.Single(await ListAsync(phone)).Id);
    }

    [Fact]
    public async Task a_session_that_ran_out_is_not_listed()
    {
        var email = await RegisteredAsync();
        var (phone, laptop) = (await SignInOnAsync(email, Phone), await SignInOnAsync(email, Laptop));
        await Redis.KeyDeleteAsync(RedisKeys.OfOneBucket.Session($"{IdOf(phone):D}"));
        Assert.Equal(IdOf(laptop), Assert.Single(await ListAsync(laptop)).Id);
        Assert.Equal(1, await Redis.SetLengthAsync(RedisKeys.OfOneBucket.SessionsOf($"{laptop.User.Id:D}")));
    }

    [Fact]
    public async Task two_refreshes_of_one_token_at_once_on_two_nodes_get_the_same_successor()
    {
        for (var round = 0; round < 5; round++)
        {
            var shopper = await SignedInAsync();
            var answers = await Task.WhenAll(new[] { Host, other, Host, other }.Select(async x =>
                (await x.Scenario(y => y.Post.Json(new RefreshTokens(shopper.RefreshToken)).ToUrl("/api/auth/refresh")))
                    .ReadAsJson<SignedIn>()!));
            var successor = Assert.Single(answers.Select(x => x.RefreshToken).Distinct());
            Assert.NotEqual(shopper.RefreshToken, successor);
            foreach (var answer in answers) Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(other, answer));
        }
    }

    [Fact]
    public async Task whoever_sends_no_token_has_no_sessions()
    {
        Assert.Equal("auth.required", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Get.Url("/api/sessions")));
        Assert.Equal("auth.required", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Delete.Url("/api/sessions")));
        Assert.Equal("auth.required",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Delete.Url($"/api/sessions/{Guid.NewGuid():D}")));
    }

    [Theory]
    [InlineData("support")]
    [InlineData("merchandiser")]
    [InlineData("admin")]
    public async Task a_session_of_the_shop_s_people_ends_when_nothing_is_asked_with_it_for_half_an_hour(string role)
    {
        var shopper = await SignedInAsync();
        var key = RedisKeys.OfOneBucket.Session($"{IdOf(shopper):D}");
        Assert.InRange((await Redis.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromDays(89), TimeSpan.FromDays(90));

        // A granted role takes effect at the next refresh, and so does its shorter session.
        await StoreAsync(shopper.User.Id, x => x.Roles = ["customer", role]);
        var staff = (await Host.Scenario(x => x.Post.Json(new RefreshTokens(shopper.RefreshToken)).ToUrl("/api/auth/refresh")))
            .ReadAsJson<SignedIn>()!;
        Assert.InRange((await Redis.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(25), TimeSpan.FromMinutes(30));

        // Twenty minutes later a request reaches a node that has not seen the session yet.
        await Redis.KeyExpireAsync(key, TimeSpan.FromMinutes(10));
        Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(other, staff));
        Assert.InRange((await Redis.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(25), TimeSpan.FromMinutes(30));

        await Redis.KeyExpireAsync(key, TimeSpan.Zero);
        await IsOutAsync(other, staff);
        Assert.Equal("auth.refresh_invalid",
            await RefusedAsync(HttpStatusCode.Unauthorized,
                x => x.Post.Json(new RefreshTokens(staff.RefreshToken)).ToUrl("/api/auth/refresh")));
    }

    [Fact]
    public async Task a_login_of_the_shop_s_people_is_such_a_session_from_the_start()
    {
        var email = await RegisteredAsync();
        await StoreAsync((await AccountsOfAsync(email)).Single().Id, x => x.Roles = ["support"]);
        var supporter = await SignInOnAsync(email, Laptop);
        var left = await Redis.KeyTimeToLiveAsync(RedisKeys.OfOneBucket.Session($"{IdOf(supporter):D}"));
        Assert.InRange(left!.Value, TimeSpan.FromMinutes(25),
            TimeSpan.FromMinutes(30));
    }

    private static Guid IdOf(SignedIn signedIn) => RefreshToken.Parse(signedIn.RefreshToken)!.SessionId;

    private async Task<SignedIn> SignInOnAsync(string email, string userAgent)
    {
        var (_, response) = await Track(x =>
        {
            x.WithRequestHeader("User-Agent", userAgent);
            x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login");
        });
        return response.ReadAsJson<SignedIn>()!;
    }

    private async Task<IReadOnlyList<SessionView>> ListAsync(SignedIn caller) =>
        (await Host.Scenario(x => { x.WithBearerToken(caller.AccessToken); x.Get.Url("/api/sessions"); })).ReadAsJson<SessionList>()!.Items;

    private async Task EndAsync(SignedIn caller, string url) =>
        await Host.Scenario(x =>
        {
            x.WithBearerToken(caller.AccessToken);
            x.Delete.Url(url);
            x.StatusCodeShouldBe(HttpStatusCode.NoContent);
        });

    private static async Task IsOutAsync(IAlbaHost node, SignedIn who)
    {
        var watch = Stopwatch.StartNew();
        while (await StatusOnAsync(node, who) != HttpStatusCode.Unauthorized)
            Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private static async Task<HttpStatusCode> StatusOnAsync(IAlbaHost node, SignedIn who)
    {
        var response = await node.Scenario(x => { x.WithBearerToken(who.AccessToken); x.Get.Url("/api/sessions"); x.IgnoreStatusCode(); });
        return (HttpStatusCode)response.Context.Response.StatusCode;
    }
}
