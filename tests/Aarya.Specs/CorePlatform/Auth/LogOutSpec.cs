using System.Net;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.CorePlatform.Auth;

public sealed class LogOutSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task a_session_that_ends_here_is_over_on_another_node_within_a_second()
    {
        await using var other = await Fixture.AnotherNodeAsync();
        var shopper = await SignedInAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(other, shopper.AccessToken));

        await Host.Scenario(x =>
        {
            x.WithBearerToken(shopper.AccessToken);
            x.Post.Url("/api/auth/logout");
            x.StatusCodeShouldBe(HttpStatusCode.NoContent);
        });
        await OverWithinASecondAsync(async () => await StatusOnAsync(other, shopper.AccessToken) == HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task one_device_of_a_customer_signs_out_and_the_other_stays()
    {
        var email = await RegisteredAsync();
        var phone = (await Host.Scenario(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"))).ReadAsJson<SignedIn>()!;
        var laptop = (await Host.Scenario(x => x.Post.Json(new LogIn(email, Password)).ToUrl("/api/auth/login"))).ReadAsJson<SignedIn>()!;
        await Host.Scenario(x =>
        {
            x.WithBearerToken(phone.AccessToken);
            x.Post.Url("/api/auth/logout");
            x.StatusCodeShouldBe(HttpStatusCode.NoContent);
        });
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOnAsync(Host, phone.AccessToken));
        Assert.Equal(HttpStatusCode.OK, await StatusOnAsync(Host, laptop.AccessToken));
    }

    [Fact]
    public async Task whoever_was_away_for_long_can_still_sign_out()
    {
        var shopper = await SignedInAsync();
        var old = ExpiredTokenLike(shopper.AccessToken);
        Assert.Equal("auth.token_expired",
            await RefusedAsync(HttpStatusCode.Unauthorized, x => { x.WithBearerToken(old); x.Get.Url("/api/users/me"); }));
        await Host.Scenario(x =>
        {
            x.WithBearerToken(old);
            x.Post.Url("/api/auth/logout");
            x.StatusCodeShouldBe(HttpStatusCode.NoContent);
        });
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusOnAsync(Host, shopper.AccessToken));
    }

    [Fact]
    public async Task signing_out_twice_says_that_it_is_done()
    {
        var guest = await GuestAsync();
        await Host.Scenario(x =>
        {
            x.WithBearerToken(guest.AccessToken);
            x.Post.Url("/api/auth/logout");
            x.StatusCodeShouldBe(HttpStatusCode.NoContent);
        });
        Assert.Equal("auth.session_ended",
            await RefusedAsync(HttpStatusCode.Unauthorized, x =>
            {
                x.WithBearerToken(guest.AccessToken);
                x.Post.Url("/api/auth/logout");
            }));
    }

    [Fact]
    public async Task nobody_cannot_sign_out() =>
        Assert.Equal("auth.required", await RefusedAsync(HttpStatusCode.Unauthorized, x => x.Post.Url("/api/auth/logout")));

    private static async Task<HttpStatusCode> StatusOnAsync(IAlbaHost node, string token)
    {
        var response = await node.Scenario(x => { x.WithBearerToken(token); x.Get.Url("/api/users/me"); x.IgnoreStatusCode(); });
        return (HttpStatusCode)response.Context.Response.StatusCode;
    }
}
