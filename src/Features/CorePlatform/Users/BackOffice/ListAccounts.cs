using Aarya.Features.CorePlatform.Audit;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.CorePlatform.Users.BackOffice;

public sealed record AccountPage(IReadOnlyList<AccountView> Items, string? NextCursor);

/// <summary>
/// The accounts, the newest first, optionally only the one of an address or those with a role. The audit trail records which accounts were
/// shown, but not the address that was searched for, because it may be anyone's.
/// </summary>
[Authorize("support")]
public static class ListAccountsEndpoint
{
    private const int LargestPage = 100;

    public static ProblemDetails Validate(string? email, string? role, int limit = 20, string? cursor = null)
    {
        var page = PageCursor.Validate(limit, LargestPage, cursor);
        if (page != WolverineContinue.NoProblems) return page;
        if (email is not null && EmailAddress.Normalize(email) is null) return Problem.Invalid("email", "must be an e-mail address.");
        return role is null || StaffRoles.OfAccounts.Contains(role)
            ? WolverineContinue.NoProblems
            : Problem.Invalid("role", $"must be one of {string.Join(", ", StaffRoles.OfAccounts)}.");
    }

    [WolverineGet("/api/admin/users")]
    public static async Task<(AccountPage, IMartenOp)> Get(
        IDocumentSession session, Caller caller, DateTimeOffset now, CancellationToken cancellation, string? email = null,
        string? role = null, string? cursor = null, int limit = 20)
    {
        var page = email is null
            ? await PageAsync(session, role, cursor, limit, cancellation)
            : new(await session.FindByEmailAsync(EmailAddress.Normalize(email)!, cancellation) is { } found
                && (role is null || found.Roles.Contains(role)) ? [AccountView.Of(found)] : [], null);
        var shown = new Dictionary<string, string>
        {
            ["by"] = email is not null ? "email" : role ?? "all",
            ["shown"] = string.Join(' ', page.Items.Select(x => $"{x.Id:D}")),
        };
        var entry = AuditEntry.Of(caller, AuditActions.AccountsListed, "user",
            email is not null && page.Items is [var one] ? $"{one.Id:D}" : "", now, shown);
        return (page, MartenOps.Insert(entry));
    }

    private static async Task<AccountPage> PageAsync(IQuerySession session, string? role, string? cursor, int limit,
        CancellationToken cancellation)
    {
        IQueryable<User> users = session.Query<User>();
        if (role is not null) users = users.Where(x => x.Roles.Contains(role));
        if (PageCursor.Parse(cursor) is { Id: var before }) users = users.Where(x => x.Id.CompareTo(before) < 0);
        var page = await users.OrderByDescending(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        var last = page.Count > limit ? page[limit - 1] : null;
        return new([.. page.Take(limit).Select(AccountView.Of)], last is null ? null : $"{new PageCursor(last.RegisteredAt, last.Id)}");
    }
}
