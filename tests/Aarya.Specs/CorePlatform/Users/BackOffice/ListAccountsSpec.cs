using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Users.BackOffice;
using Aarya.Specs.Support;
using Alba;

namespace Aarya.Specs.CorePlatform.Users.BackOffice;

public sealed class ListAccountsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task support_finds_an_account_by_its_address_however_it_is_typed()
    {
        var support = await Host.TokenFor("support");
        var shopper = await SignedInAsync();
        var found = Assert.Single((await ListAsync(support, $"email={Uri.EscapeDataString($" {shopper.User.Email!.ToUpperInvariant()}")}")).Items);
        Assert.Equal((shopper.User.Id, shopper.User.Email, "Asha Rao", false), (found.Id, found.Email, found.Name, found.EmailVerified));
        Assert.Equal(["customer"], found.Roles);

        Assert.Empty((await ListAsync(support, $"email={shopper.User.Email}&role=admin")).Items);
        Assert.Empty((await ListAsync(support, $"email={NewEmail()}")).Items);
        var one = await Host.Scenario(x => { x.WithBearerToken(support); x.Get.Url($"/api/admin/users/{shopper.User.Id:D}"); });
        Assert.Equivalent(found, one.ReadAsJson<AccountView>());
    }

    [Fact]
    public async Task the_newest_come_first_and_page_by_page_nobody_is_missed()
    {
        var admin = await Host.TokenFor("admin");
        for (var i = 0; i < 5; i++) await Host.TokenFor("merchandiser");
        List<AccountView> all = [];
        AccountPage page;
        Guid? cursor = null;
        do
        {
            page = await ListAsync(admin, $"role=merchandiser&limit=2{(cursor is null ? "" : $"&cursor={cursor:D}")}");
            Assert.InRange(page.Items.Count, 0, 2);
            all.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.True(all.Count >= 5);
        Assert.All(all, x => Assert.Contains("merchandiser", x.Roles));
        Assert.Equal(all.Count, all.Select(x => x.Id).Distinct().Count());
        Assert.Equal(all.OrderByDescending(x => x.RegisteredAt.ToUnixTimeMilliseconds()).Select(x => x.RegisteredAt.ToUnixTimeMilliseconds() / 1000), all.Select(x => x.RegisteredAt.ToUnixTimeMilliseconds() / 1000));
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("role=root", "role")]
    [InlineData("email=asha", "email")]
    [InlineData("cursor=next", "cursor")]
    public async Task a_question_that_means_nothing_is_refused_by_name(string query, string field)
    {
        var support = await Host.TokenFor("support");
        var refused = await Host.Scenario(x => { x.WithBearerToken(support); x.Get.Url($"/api/admin/users?{query}"); x.StatusCodeShouldBe(HttpStatusCode.BadRequest); });
        Assert.Equal(field, Assert.Single(refused.ReadAsJson<JsonElement>().GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task accounts_are_for_support_and_admins_only()
    {
        foreach (var role in new[] { "customer", "merchandiser" })
        {
            var token = await Host.TokenFor(role);
            Assert.Equal("auth.forbidden", await RefusedAsync(HttpStatusCode.Forbidden, x => { x.WithBearerToken(token); x.Get.Url("/api/admin/users"); }));
            Assert.Equal("auth.forbidden", await RefusedAsync(HttpStatusCode.Forbidden, x => { x.WithBearerToken(token); x.Get.Url($"/api/admin/users/{Guid.NewGuid():D}"); }));
        }

        var support = await Host.TokenFor("support");
        Assert.Equal("user.not_found", await RefusedAsync(HttpStatusCode.NotFound, x => { x.WithBearerToken(support); x.Get.Url($"/api/admin/users/{Guid.NewGuid():D}"); }));
    }

    private async Task<AccountPage> ListAsync(string token, string query) =>
        (await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url($"/api/admin/users?{query}"); })).ReadAsJson<AccountPage>()!;
}
