using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.BackOffice;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Npgsql;

namespace Aarya.Specs.CorePlatform.Users.BackOffice;

[StoryOf(typeof(GetAccountEndpoint))]
public sealed class ListAccountsSpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    [Fact]
    public async Task support_finds_an_account_by_its_address_however_it_is_typed()
    {
        var support = await Host.TokenFor("support");
        var shopper = await SignedInAsync();
        var found =
            Assert.Single((await ListAsync(support, $"email={Uri.EscapeDataString($" {shopper.User.Email!.ToUpperInvariant()}")}")).Items);
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
        string? cursor = null;
        do
        {
            page = await ListAsync(admin, $"role=merchandiser&limit=2{(cursor is null ? "" : $"&cursor={cursor}")}");
            Assert.InRange(page.Items.Count, 0, 2);
            all.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.True(all.Count >= 5);
        Assert.All(all, x => Assert.Contains("merchandiser", x.Roles));
        Assert.Equal(all.Count, all.Select(x => x.Id).Distinct().Count());
        Assert.Equal(all.OrderByDescending(x => x.RegisteredAt.ToUnixTimeMilliseconds())
            .Select(x => x.RegisteredAt.ToUnixTimeMilliseconds() / 1000), all.Select(x => x.RegisteredAt.ToUnixTimeMilliseconds() / 1000));
    }

    [Fact]
    public async Task whoever_looks_at_accounts_is_in_the_audit_trail_with_whose_they_saw()
    {
        var (support, admin) = (await Host.TokenFor("support"), await Host.TokenFor("admin"));
        var shopper = await SignedInAsync();
        await Host.Scenario(x => { x.WithBearerToken(support); x.Get.Url($"/api/admin/users/{shopper.User.Id:D}"); });
        await ListAsync(support, $"email={shopper.User.Email}");
        var page = await ListAsync(support, "role=customer&limit=3");
        await ListAsync(support, $"email={NewEmail()}");
        await Host.Scenario(x =>
        {
            x.WithBearerToken(support);
            x.Get.Url($"/api/admin/users/{Guid.NewGuid():D}");
            x.StatusCodeShouldBe(404);
        });

        var trail = await TrailAsync(admin, $"actor={new JsonWebToken(support).Subject}");
        Assert.Equal(
            [(AuditActions.AccountsListed, ""), (AuditActions.AccountsListed, ""), (AuditActions.AccountsListed, $"{shopper.User.Id:D}"),
                (AuditActions.AccountRead, $"{shopper.User.Id:D}")],
            trail.Select(x => (x.Action, x.TargetId)));
        Assert.Equal(("email", ""), (trail[0].Details["by"], trail[0].Details["shown"]));
        Assert.Equal(("customer", string.Join(' ', page.Items.Select(x => $"{x.Id:D}"))),
            (trail[1].Details["by"], trail[1].Details["shown"]));
        Assert.All(trail, x => Assert.NotEmpty(x.TraceId));
        Assert.DoesNotContain(shopper.User.Email!, JsonSerializer.Serialize(trail), StringComparison.OrdinalIgnoreCase);

        // A list of the administrators is recorded too.
        await ListAsync(admin, "role=admin");
        Assert.Equal(AuditActions.AccountsListed,
            Assert.Single(await TrailAsync(admin, $"actor={new JsonWebToken(admin).Subject}")).Action);
    }

    [Fact]
    public async Task the_people_of_the_shop_are_found_without_reading_every_customer()
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        var nobody = Guid.NewGuid();
        foreach (var asked in new[]
        {
            documents.Query<User>().Where(x => x.Roles.Contains("admin")),
            documents.Query<User>().Where(x => x.Id != nobody && x.DeactivatedAt == null && x.Roles.Contains("admin")),
        })
        {
            await using var connection = new NpgsqlConnection(Fixture.DatabaseUrl);
            await connection.OpenAsync(Cancellation);
            await using var command = asked.ToCommand();
            command.Connection = connection;
            // PostgreSQL reads a small table as a whole, whatever indexes it has.
            command.CommandText = $"set enable_seqscan = off; explain {command.CommandText}";
            List<string> plan = [];
            await using var reader = await command.ExecuteReaderAsync(Cancellation);
            while (await reader.ReadAsync(Cancellation)) plan.Add(reader.GetString(0));
            Assert.Contains(plan, x => x.Contains("user_role_index", StringComparison.Ordinal));
        }
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("role=root", "role")]
    [InlineData("email=asha", "email")]
    [InlineData("cursor=next", "cursor")]
    [InlineData("cursor=01890000-0000-7000-8000-000000000000", "cursor")]
    public async Task a_question_that_means_nothing_is_refused_by_name(string query, string field)
    {
        var support = await Host.TokenFor("support");
        var refused = await Host.Scenario(x =>
        {
            x.WithBearerToken(support);
            x.Get.Url($"/api/admin/users?{query}");
            x.StatusCodeShouldBe(HttpStatusCode.BadRequest);
        });
        Assert.Equal(field, Assert.Single(refused.ReadAsJson<JsonElement>().GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task accounts_are_for_support_and_admins_only()
    {
        foreach (var role in new[] { "customer", "merchandiser" })
        {
            var token = await Host.TokenFor(role);
            Assert.Equal("auth.forbidden",
                await RefusedAsync(HttpStatusCode.Forbidden, x => { x.WithBearerToken(token); x.Get.Url("/api/admin/users"); }));
            Assert.Equal("auth.forbidden",
                await RefusedAsync(HttpStatusCode.Forbidden, x =>
                {
                    x.WithBearerToken(token);
                    x.Get.Url($"/api/admin/users/{Guid.NewGuid():D}");
                }));
        }

        var support = await Host.TokenFor("support");
        Assert.Equal("user.not_found",
            await RefusedAsync(HttpStatusCode.NotFound, x =>
            {
                x.WithBearerToken(support);
                x.Get.Url($"/api/admin/users/{Guid.NewGuid():D}");
            }));
    }

    private async Task<IReadOnlyList<AuditEntryView>> TrailAsync(string admin, string query) =>
        (await Host.Scenario(x => { x.WithBearerToken(admin); x.Get.Url($"/api/admin/audit?{query}"); })).ReadAsJson<AuditPage>()!.Items;

    private async Task<AccountPage> ListAsync(string token, string query) =>
        (await Host.Scenario(x => { x.WithBearerToken(token); x.Get.Url($"/api/admin/users?{query}"); })).ReadAsJson<AccountPage>()!;
}
