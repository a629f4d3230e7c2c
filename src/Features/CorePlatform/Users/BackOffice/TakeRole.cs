using Aarya.Features.CorePlatform.Audit;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Http;
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
/// Takes a role from somebody and signs them out everywhere: nothing that they hold still carries it. Whoever has no other role
/// is a customer. The last admin stays one.
/// </summary>
[Authorize("admin")]
public static class TakeRoleEndpoint
{
    public static async Task<(User?, ProblemDetails)> LoadAsync(Guid id, string role, IDocumentSession documents, CancellationToken cancellation)
    {
        if (!StaffRoles.OfAccounts.Contains(role)) return (null, Problem.Invalid("role", $"must be one of {string.Join(", ", StaffRoles.OfAccounts)}."));
        if (role == StaffRoles.Admin) await TakeTurnsAsync(documents, cancellation);
        if (await documents.LoadAsync<User>(id, cancellation) is not { } user) return (null, Problem.NotFound("user"));
        return role == StaffRoles.Admin && user.Roles.Contains(role) && await documents.Query<User>().CountAsync(x => x.Roles.Contains(role), cancellation) == 1
            ? (null, Problem.Conflict("user.last_admin", "The last admin", "Nobody else could give the role back: make somebody else an admin first."))
            : (user, WolverineContinue.NoProblems);
    }

    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    [WolverineDelete("/api/admin/users/{id:guid}/roles/{role}")]
    public static (AccountView, IMartenOp, IMartenOp, OutgoingMessages) Delete(Guid id, string role, Caller caller, [NotBody] User user, DateTimeOffset now)
    {
        IReadOnlyList<string> left = [.. user.Roles.Where(x => x != role)];
        if (left.Count == 0) left = ["customer"];
        if (left.SequenceEqual(user.Roles)) return (AccountView.Of(user), MartenOps.Nothing(), MartenOps.Nothing(), []);

        user.Roles = left;
        var entry = AuditEntry.Of(caller, AuditActions.RoleTaken, "user", $"{id:D}", now, new Dictionary<string, string> { ["role"] = role });
        return (AccountView.Of(user), MartenOps.Store(user), MartenOps.Insert(entry), [new EndSessionsOf(id)]);
    }

    // Two admins who take the role from each other at the same moment: the second waits, and then counts one.
    private static async Task TakeTurnsAsync(IDocumentSession documents, CancellationToken cancellation)
    {
        await documents.BeginTransactionAsync(cancellation);
        await using var alone = documents.Connection!.CreateCommand();
        alone.CommandText = "select pg_advisory_xact_lock(hashtextextended('core.admins', 0))";
        await alone.ExecuteNonQueryAsync(cancellation);
    }
}
