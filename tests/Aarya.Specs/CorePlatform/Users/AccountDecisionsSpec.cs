using Aarya.Features.CorePlatform.Users;
using Aarya.Features.CorePlatform.Users.BackOffice;
using Aarya.Features.CorePlatform.Users.TwoFactor;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Marten;

namespace Aarya.Specs.CorePlatform.Users;

/// <summary>What actions on an account answer in each of its states, decided without a database.</summary>
public sealed class AccountDecisionsSpec
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Caller Admin = new(Guid.CreateVersion7(), Guid.CreateVersion7(), [CallerRoles.Admin]);

    [Theory]
    [InlineData(false, false, "account.email_unverified")]
    [InlineData(true, false, null)]
    [InlineData(true, true, "two_factor.on")]
    public void a_second_factor_begins_once_and_only_for_a_verified_address(bool verified, bool on, string? refusal) =>
        Is(refusal, StartTwoFactorEndpoint.Validate(new() { EmailVerified = verified, TwoFactorEnabled = on }));

    [Theory]
    [InlineData(true, null)]
    [InlineData(false, "two_factor.off")]
    public void recovery_codes_need_a_second_factor(bool on, string? refusal) =>
        Is(refusal, RenewRecoveryCodesEndpoint.Validate(new() { TwoFactorEnabled = on }));

    [Theory]
    [InlineData("support", true, null)]
    [InlineData("support", false, "user.not_found")]
    [InlineData("owner", true, "request.invalid")]
    [InlineData("guest", true, "request.invalid")]
    [InlineData("", true, "request.invalid")]
    public void a_role_that_accounts_have_is_granted_to_an_account_that_exists(string role, bool exists, string? refusal) =>
        Is(refusal, GrantRoleEndpoint.Validate(role, exists ? new() : null));

    [Fact]
    public void a_granted_role_is_recorded_and_granting_it_again_changes_nothing()
    {
        var user = new User { Id = Guid.CreateVersion7(), Roles = [CallerRoles.Customer] };

        var (view, update, entry) = GrantRoleEndpoint.Put(user.Id, "support", Admin, user, Now);
        Assert.Equal([CallerRoles.Customer, "support"], view.Roles);
        Assert.Same(user, Assert.IsType<UpdateDoc<User>>(update).Document);
        Assert.NotSame(MartenOps.Nothing().GetType(), entry.GetType());

        var (again, nothing, noEntry) = GrantRoleEndpoint.Put(user.Id, "support", Admin, user, Now);
        Assert.Equal(view.Roles, again.Roles);
        Assert.All([nothing, noEntry], x => Assert.IsType(MartenOps.Nothing().GetType(), x));
    }

    private static void Is(string? code, ProblemDetails answer) =>
        Assert.Equal(code, answer.Extensions.TryGetValue("code", out var was) ? was : null);
}
