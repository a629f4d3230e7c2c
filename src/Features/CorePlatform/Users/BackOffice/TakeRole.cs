using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Users.BackOffice;

/// <summary>
/// Takes a role from an account and ends all its sessions, so that no token still has the role. An account without another role becomes a
/// customer. The last admin remains one.
/// </summary>
[Authorize("admin")]
public static class TakeRoleEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(Guid id, string role, IDocumentSession documents,
        CancellationToken cancellation)
    {
        if (!StaffRoles.OfAccounts.Contains(role))
            return (null, Problem.Invalid("role", $"must be one of {string.Join(", ", StaffRoles.OfAccounts)}."));
        if (await documents.LoadAsync<User>(id, cancellation) is not { } user) return (null, Problem.NotFound("user"));
        return (user, role == StaffRoles.Admin ? await documents.RefuseLastAdminAsync(user, cancellation) : WolverineContinue.NoProblems);
    }

    [Refuses(409, "user.last_admin", "There is no other admin: make another account an admin first.")]
    [WolverineDelete("/api/admin/users/{id:guid}/roles/{role}")]
    public static async Task<(AccountView, IMartenOp, OutgoingMessages)> Delete(
        Guid id, string role, Caller caller, [NotBody] User user, IDocumentSession documents, Identity identity, DateTimeOffset now,
        CancellationToken cancellation)
    {
        IReadOnlyList<string> left = [.. user.Roles.Where(x => x != role)];
        if (left.Count == 0) left = [CallerRoles.Customer];
        if (left.SequenceEqual(user.Roles)) return (AccountView.Of(user), MartenOps.Nothing(), []);

        // With a new stamp: a login that began before does not get the role.
        user.Roles = left;
        using var accounts = identity.In(documents, cancellation);
        await accounts.UpdateSecurityStampAsync(user);
        var entry = AuditEntry.Of(caller, AuditActions.RoleTaken, "user", $"{id:D}", now,
            new Dictionary<string, string> { ["role"] = role });
        return (AccountView.Of(user), MartenOps.Insert(entry), [user.EndSessions()]);
    }
}
