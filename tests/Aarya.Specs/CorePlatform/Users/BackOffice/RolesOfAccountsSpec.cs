using System.Net;
using System.Text.Json;
using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Auth;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.BackOffice;
using Aarya.Features.CorePlatform.Users.Passwords;
using Aarya.Features.CorePlatform.Users.Profile;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Specs.CorePlatform.Users.BackOffice;

[StoryOf(typeof(GrantRoleEndpoint), typeof(TakeRoleEndpoint), typeof(EndSessionsOfHandler))]
public sealed class RolesOfAccountsSpec(AaryaFixture fixture, OtherNode node) : CoreSpec(fixture), IClassFixture<OtherNode>
{
    [Fact]
    public async Task a_role_that_is_given_works_from_the_next_refresh_and_ends_nothing()
    {
        var admin = await Host.TokenFor("admin");
        var shopper = await SignedInAsync();
        var given = await PutAsync(admin, shopper.User.Id, "merchandiser");
        Assert.Equal(["customer", "merchandiser"], given.Roles);

        await Host.Scenario(x => { x.WithBearerToken(shopper.AccessToken); x.Get.Url("/specs/doors/customer"); });
        await Host.Scenario(x =>
        {
            x.WithBearerToken(shopper.AccessToken);
            x.Get.Url("/specs/doors/merchandiser");
            x.StatusCodeShouldBe(403);
        });
        var after = await RefreshAsync(shopper);
        await Host.Scenario(x => { x.WithBearerToken(after.AccessToken); x.Get.Url("/specs/doors/merchandiser"); });

        var entry = Assert.Single(await AuditAsync(admin, shopper.User.Id));
        Assert.Equal((AuditActions.RoleGranted, SubjectOf(admin), "user", "merchandiser"),
            (entry.Action, entry.ActorId, entry.TargetType, entry.Details["role"]));
        Assert.NotEmpty(entry.TraceId);
        Assert.InRange(entry.At, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
    }

    [Fact]
    public async Task a_role_that_is_taken_signs_its_holder_out_at_once()
    {
        var admin = await Host.TokenFor("admin");
        var shopper = await SignedInAsync();
        await PutAsync(admin, shopper.User.Id, "support");
        var supporter = await RefreshAsync(shopper);
        await Host.Scenario(x => { x.WithBearerToken(supporter.AccessToken); x.Get.Url("/specs/doors/support"); });

        var (_, taken) = await Track(x => { x.WithBearerToken(admin); x.Delete.Url(RoleOf(shopper.User.Id, "support")); });
        Assert.Equal(["customer"], taken.ReadAsJson<AccountView>()!.Roles);
        Assert.Equal("auth.session_ended",
            await RefusedAsync(HttpStatusCode.Unauthorized, x =>
            {
                x.WithBearerToken(supporter.AccessToken);
                x.Get.Url("/specs/doors/support");
            }));
        Assert.Equal("auth.refresh_invalid",
            await RefusedAsync(HttpStatusCode.Unauthorized,
                x => x.Post.Json(new RefreshTokens(supporter.RefreshToken)).ToUrl("/api/auth/refresh")));
        Assert.Equal([AuditActions.RoleTaken, AuditActions.RoleGranted], (await AuditAsync(admin, shopper.User.Id)).Select(x => x.Action));
    }

    [Fact]
    public async Task giving_what_is_there_and_taking_what_is_not_change_nothing()
    {
        var admin = await Host.TokenFor("admin");
        var shopper = await SignedInAsync();
        Assert.Equal(["customer"], (await PutAsync(admin, shopper.User.Id, "customer")).Roles);
        foreach (var role in new[] { "support", "admin" })
            await Track(x => { x.WithBearerToken(admin); x.Delete.Url(RoleOf(shopper.User.Id, role)); });
        // An account without another role is a customer.
        await Track(x => { x.WithBearerToken(admin); x.Delete.Url(RoleOf(shopper.User.Id, "customer")); });

        await Host.Scenario(x => { x.WithBearerToken(shopper.AccessToken); x.Get.Url("/api/users/me"); });
        Assert.Empty(await AuditAsync(admin, shopper.User.Id));
    }

    [Fact]
    public async Task two_admins_who_take_the_role_from_each_other_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            await NoAdminsAsync();
            var (asha, ravi) = (await Host.TokenFor("admin"), await Host.TokenFor("admin"));
            var answers = await Task.WhenAll(TakeAsync(Host, asha, SubjectOf(ravi)), TakeAsync(node.Host, ravi, SubjectOf(asha)));

            var lost = Assert.Single(answers, x => x.Status != 200);
            // The second request comes from an account that is no longer an admin, or would remove the last one.
            Assert.Contains((lost.Status, lost.Code), new (int, string?)[] { (409, "user.last_admin"), (401, "auth.session_ended") });
            await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
            Assert.Equal(1, await documents.Query<User>().CountAsync(x => x.Roles.Contains("admin"), Cancellation));
        }
    }

    [Fact]
    public async Task the_last_admin_stays_one()
    {
        await NoAdminsAsync();
        var admin = await Host.TokenFor("admin");
        Assert.Equal("user.last_admin",
            await RefusedAsync(HttpStatusCode.Conflict, x =>
            {
                x.WithBearerToken(admin);
                x.Delete.Url(RoleOf(SubjectOf(admin), "admin"));
            }));
        await Host.Scenario(x => { x.WithBearerToken(admin); x.Get.Url("/specs/doors/admin"); });
    }

    [Fact]
    public async Task the_last_admin_neither_closes_nor_deletes_their_account()
    {
        await NoAdminsAsync();
        var admin = await AdminAsync();
        foreach (var leave in new[] { Deactivating, Erasing })
            Assert.Equal((409, "user.last_admin"), await LeaveAsync(Host, admin, leave));
        await Host.Scenario(x => { x.WithBearerToken(admin); x.Get.Url("/specs/doors/admin"); });
        Assert.Equal(1, await AdminsAsync());

        await AdminAsync();
        Assert.Equal((204, null), await LeaveAsync(Host, admin, Deactivating));
        Assert.Equal(1, await AdminsAsync());
    }

    [Fact]
    public async Task of_two_admins_who_leave_at_once_one_stays()
    {
        foreach (var (one, other) in new[]
        {
            (Deactivating, Deactivating),
            (Deactivating, Erasing),
            (Erasing, Deactivating),
            (Erasing, Erasing),
        })
        {
            await NoAdminsAsync();
            var (asha, ravi) = (await AdminAsync(), await AdminAsync());
            var answers = await Task.WhenAll(LeaveAsync(Host, asha, one), LeaveAsync(node.Host, ravi, other));

            Assert.Equal("user.last_admin", Assert.Single(answers, x => x.Status == 409).Code);
            Assert.Single(answers, x => x.Status is 202 or 204);
            Assert.Equal(1, await AdminsAsync());
        }
    }

    [Fact]
    public async Task only_admins_give_and_take_roles()
    {
        var shopper = await SignedInAsync();
        foreach (var role in new[] { "customer", "support", "merchandiser" })
        {
            var token = await Host.TokenFor(role);
            Assert.Equal("auth.forbidden",
                await RefusedAsync(HttpStatusCode.Forbidden, x =>
                {
                    x.WithBearerToken(token);
                    x.Put.Url(RoleOf(shopper.User.Id, "admin"));
                }));
            Assert.Equal("auth.forbidden",
                await RefusedAsync(HttpStatusCode.Forbidden, x =>
                {
                    x.WithBearerToken(token);
                    x.Delete.Url(RoleOf(shopper.User.Id, "customer"));
                }));
            Assert.Equal("auth.forbidden",
                await RefusedAsync(HttpStatusCode.Forbidden, x => { x.WithBearerToken(token); x.Get.Url("/api/admin/audit"); }));
        }

        Assert.Equal(["customer"], (await AccountsOfAsync(shopper.User.Email!)).Single().Roles);
    }

    [Fact]
    public async Task what_is_no_role_or_nobody_is_refused_by_name()
    {
        var admin = await Host.TokenFor("admin");
        var shopper = await SignedInAsync();
        foreach (var role in new[] { "root", "guest", "Admin" })
        {
            await IsInvalidAsync("role", x => { x.WithBearerToken(admin); x.Put.Url(RoleOf(shopper.User.Id, role)); });
            await IsInvalidAsync("role", x => { x.WithBearerToken(admin); x.Delete.Url(RoleOf(shopper.User.Id, role)); });
        }

        Assert.Equal("user.not_found",
            await RefusedAsync(HttpStatusCode.NotFound, x => { x.WithBearerToken(admin); x.Put.Url(RoleOf(Guid.NewGuid(), "support")); }));
        Assert.Equal("user.not_found",
            await RefusedAsync(HttpStatusCode.NotFound, x =>
            {
                x.WithBearerToken(admin);
                x.Delete.Url(RoleOf(Guid.NewGuid(), "support"));
            }));
        Assert.Empty(await AuditAsync(admin, shopper.User.Id));
    }

    private static string RoleOf(Guid user, string role) => $"/api/admin/users/{user:D}/roles/{role}";

    private static Guid SubjectOf(string token) => Guid.Parse(new JsonWebToken(token).Subject);

    private async Task<AccountView> PutAsync(string admin, Guid user, string role) =>
        (await Host.Scenario(x => { x.WithBearerToken(admin); x.Put.Url(RoleOf(user, role)); })).ReadAsJson<AccountView>()!;

    private static async Task<(int Status, string? Code)> TakeAsync(IAlbaHost node, string admin, Guid from)
    {
        var response = await node.Scenario(x => { x.WithBearerToken(admin); x.Delete.Url(RoleOf(from, "admin")); x.IgnoreStatusCode(); });
        var status = response.Context.Response.StatusCode;
        return (status, status == 200 ? null : response.ReadAsJson<JsonElement>().GetProperty("code").GetString());
    }

    private async Task<SignedIn> RefreshAsync(SignedIn before) =>
        (await Host.Scenario(x => x.Post.Json(new RefreshTokens(before.RefreshToken)).ToUrl("/api/auth/refresh"))).ReadAsJson<SignedIn>()!;

    private async Task<IReadOnlyList<AuditEntryView>> AuditAsync(string admin, Guid target) =>
        (await Host.Scenario(x => { x.WithBearerToken(admin); x.Get.Url($"/api/admin/audit?target={target:D}"); }))
            .ReadAsJson<AuditPage>()!.Items;

    private async Task IsInvalidAsync(string field, Action<Scenario> configure)
    {
        var refused = await Host.Scenario(x => { configure(x); x.StatusCodeShouldBe(HttpStatusCode.BadRequest); });
        Assert.Equal(field, Assert.Single(refused.ReadAsJson<JsonElement>().GetProperty("errors").EnumerateObject()).Name);
    }

    private static Action<Scenario> Deactivating { get; } = x => x.Post.Json(new Deactivate(Password)).ToUrl("/api/users/me/deactivate");

    private static Action<Scenario> Erasing { get; } = x => x.Delete.Json(new EraseMe(Password)).ToUrl("/api/users/me");

    /// <summary>The token of an admin who has a password.</summary>
    private async Task<string> AdminAsync()
    {
        var token = await Host.TokenFor("admin");
        var hash = await Host.Services.GetRequiredService<PasswordHasher>().HashAsync(Password, Cancellation);
        await StoreAsync(SubjectOf(token), x => x.PasswordHash = hash);
        return token;
    }

    private static async Task<(int Status, string? Code)> LeaveAsync(IAlbaHost node, string admin, Action<Scenario> leave)
    {
        var response = await node.Scenario(x => { x.WithBearerToken(admin); leave(x); x.IgnoreStatusCode(); });
        var status = response.Context.Response.StatusCode;
        return (status, status < 300 ? null : response.ReadAsJson<JsonElement>().GetProperty("code").GetString());
    }

    private async Task<int> AdminsAsync()
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().QuerySession();
        return await documents.Query<User>().CountAsync(x => x.DeactivatedAt == null && x.Roles.Contains("admin"), Cancellation);
    }

    private async Task NoAdminsAsync()
    {
        await using var documents = Host.Services.GetRequiredService<ICoreStore>().LightweightSession();
        documents.DeleteWhere<User>(x => x.Roles.Contains("admin"));
        await documents.SaveChangesAsync(Cancellation);
    }
}
