using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.CorePlatform.Users.BackOffice;

/// <summary>Grants a role to an account; it takes effect at the next refresh. Granting it again changes nothing.</summary>
[Authorize("admin")]
public static class GrantRoleEndpoint
{
    public static ProblemDetails Validate(string role, User? user)
    {
        if (!StaffRoles.OfAccounts.Contains(role))
            return Problem.Invalid("role", $"must be one of {string.Join(", ", StaffRoles.OfAccounts)}.");
        return user is null ? Problem.NotFound("user") : WolverineContinue.NoProblems;
    }

    [WolverinePut("/api/admin/users/{id:guid}/roles/{role}")]
    public static (AccountView, IMartenOp, IMartenOp) Put(
        Guid id, string role, Caller caller, [Entity(nameof(id), Required = false)] User? user, DateTimeOffset now)
    {
        if (user!.Roles.Contains(role)) return (AccountView.Of(user), MartenOps.Nothing(), MartenOps.Nothing());
        user.Roles = [.. user.Roles, role];
        var entry = AuditEntry.Of(caller, AuditActions.RoleGranted, "user", $"{id:D}", now,
            new Dictionary<string, string> { ["role"] = role });
        return (AccountView.Of(user), MartenOps.Update(user), MartenOps.Insert(entry));
    }
}
