using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>There must always be an admin who can grant roles.</summary>
internal static class LastAdmin
{
    /// <summary>
    /// Refuses when there is no other admin. Two admins who leave at the same moment are handled one after the other, and the second no
    /// longer counts the first.
    /// </summary>
    public static async Task<ProblemDetails> RefuseLastAdminAsync(this IDocumentSession documents, User user,
        CancellationToken cancellation)
    {
        if (!user.Roles.Contains(StaffRoles.Admin)) return WolverineContinue.NoProblems;
        await documents.LockAsync("admins", cancellation);
        // An admin who has not set a password yet does not count: they may never set one.
        return await documents.Query<User>().AnyAsync(
            x => x.Id != user.Id && x.DeactivatedAt == null && x.InvitedAt == null && x.Roles.Contains(StaffRoles.Admin), cancellation)
            ? WolverineContinue.NoProblems
            : Problem.Conflict("user.last_admin", "The last admin", "No one else could grant roles: make another account an admin first.");
    }
}
