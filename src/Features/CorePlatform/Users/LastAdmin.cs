using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Somebody must always be able to give roles.</summary>
internal static class LastAdmin
{
    /// <summary>
    /// Refuses when nobody else is an admin. Two who leave at the same moment go one after the other, and the second counts without the
    /// first.
    /// </summary>
    public static async Task<ProblemDetails> RefuseLastAdminAsync(this IDocumentSession documents, User user,
        CancellationToken cancellation)
    {
        if (!user.Roles.Contains(StaffRoles.Admin)) return WolverineContinue.NoProblems;
        await documents.AloneAsync("admins", cancellation);
        // Who has not set a password yet may never do so.
        return await documents.Query<User>().AnyAsync(
            x => x.Id != user.Id && x.DeactivatedAt == null && x.InvitedAt == null && x.Roles.Contains(StaffRoles.Admin), cancellation)
            ? WolverineContinue.NoProblems
            : Problem.Conflict("user.last_admin", "The last admin", "Nobody else could give roles: make somebody else an admin first.");
    }
}
