using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Users.BackOffice;

public sealed record AccountPage(IReadOnlyList<AccountView> Items, Guid? NextCursor);

/// <summary>The accounts, the newest first: the one of an address, or those with a role if asked.</summary>
[Authorize("support")]
public static class ListAccountsEndpoint
{
    private const int LargestPage = 100;

    public static ProblemDetails Validate(string? email, string? role, int limit = 20)
    {
        if (limit is < 1 or > LargestPage) return Problem.Invalid("limit", $"A page has 1 to {LargestPage} accounts.");
        if (email is not null && EmailAddress.Normalize(email) is null) return Problem.Invalid("email", "This is not an e-mail address.");
        return role is null || StaffRoles.OfAccounts.Contains(role)
            ? WolverineContinue.NoProblems
            : Problem.Invalid("role", $"must be one of {string.Join(", ", StaffRoles.OfAccounts)}.");
    }

    [WolverineGet("/api/admin/users")]
    public static async Task<AccountPage> Get(IQuerySession session, CancellationToken cancellation, string? email = null, string? role = null, Guid? cursor = null, int limit = 20)
    {
        if (email is not null)
        {
            var found = await session.FindByEmailAsync(EmailAddress.Normalize(email)!, cancellation);
            return new(found is not null && (role is null || found.Roles.Contains(role)) ? [AccountView.Of(found)] : [], null);
        }

        IQueryable<User> users = session.Query<User>();
        if (role is not null) users = users.Where(x => x.Roles.Contains(role));
        if (cursor is { } before) users = users.Where(x => x.Id.CompareTo(before) < 0);
        var page = await users.OrderByDescending(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        return new([.. page.Take(limit).Select(AccountView.Of)], page.Count > limit ? page[limit - 1].Id : null);
    }
}
