using System.Text.Json;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;

namespace Aarya.Specs.Security;

public sealed class RolesSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly string[] Policies = ["guest", "customer", "support", "merchandiser", "admin"];

    [Theory]
    [InlineData("guest", "guest")]
    [InlineData("customer", "guest customer")]
    [InlineData("support", "guest customer support")]
    [InlineData("merchandiser", "guest customer merchandiser")]
    [InlineData("admin", "guest customer support merchandiser admin")]
    public async Task a_role_opens_its_own_doors_and_no_others(string role, string opened)
    {
        var token = role == "guest" ? await Host.GuestToken() : await Host.TokenFor(role);
        foreach (var policy in Policies)
        {
            var open = opened.Split(' ').Contains(policy);
            var response = await Host.Scenario(x =>
            {
                x.WithBearerToken(token);
                x.Get.Url($"/specs/doors/{policy}");
                x.StatusCodeShouldBe(open ? 200 : 403);
            });
            if (!open) Assert.Equal("auth.forbidden", response.ReadAsJson<JsonElement>().GetProperty("code").GetString());
        }

        var bell = await Host.Scenario(x => { x.WithBearerToken(token); x.Post.Url("/specs/doors/bell"); });
        Assert.Equal(role, (await bell.ReadAsTextAsync()).Trim('"'));
    }

    [Fact]
    public async Task without_a_token_every_door_asks_for_one()
    {
        foreach (var policy in Policies)
        {
            var response = await Host.Scenario(x => { x.Get.Url($"/specs/doors/{policy}"); x.StatusCodeShouldBe(401); });
            Assert.Equal("auth.required", response.ReadAsJson<JsonElement>().GetProperty("code").GetString());
            Assert.Equal("Bearer", response.Context.Response.Headers.WWWAuthenticate.ToString());
        }
    }
}
