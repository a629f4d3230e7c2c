using Aarya.Infrastructure.Http;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Audit;

public sealed record AuditEntryView(
    Guid Id, DateTimeOffset At, Guid ActorId, string Action, string TargetType, string TargetId,
    IReadOnlyDictionary<string, string> Details, string TraceId)
{
    public static AuditEntryView Of(AuditEntry x) => new(x.Id, x.At, x.ActorId, x.Action, x.TargetType, x.TargetId, x.Details, x.TraceId);
}

public sealed record AuditPage(IReadOnlyList<AuditEntryView> Items, string? NextCursor);

/// <summary>
/// The actions of staff, the newest first, optionally filtered by person, action, target (its id) or period.
/// </summary>
[Authorize("admin")]
public static class ListAuditEndpoint
{
    private const int LargestPage = 100;

    public static ProblemDetails Validate(string? action, DateTimeOffset? from, DateTimeOffset? to, int limit = 50,
        string? cursor = null)
    {
        var page = PageCursor.Validate(limit, LargestPage, cursor);
        if (page != WolverineContinue.NoProblems) return page;
        if (action is not null && !AuditActions.All.Contains(action))
            return Problem.Invalid("action", $"must be one of {string.Join(", ", AuditActions.All)}.");
        return from > to ? Problem.Invalid("to", "must not be before from.") : WolverineContinue.NoProblems;
    }

    [WolverineGet("/api/admin/audit")]
    public static async Task<AuditPage> Get(
        IQuerySession session, CancellationToken cancellation,
        Guid? actor = null, string? action = null, string? target = null, DateTimeOffset? from = null, DateTimeOffset? to = null,
        string? cursor = null, int limit = 50)
    {
        IQueryable<AuditEntry> entries = session.Query<AuditEntry>();
        if (actor is { } by) entries = entries.Where(x => x.ActorId == by);
        if (action is not null) entries = entries.Where(x => x.Action == action);
        if (target is not null) entries = entries.Where(x => x.TargetId == target);
        if (from is { } first) entries = entries.Where(x => x.At >= first);
        if (to is { } last) entries = entries.Where(x => x.At < last);
        if (PageCursor.Parse(cursor) is { Id: var before }) entries = entries.Where(x => x.Id.CompareTo(before) < 0);
        var page = await entries.OrderByDescending(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        var next = page.Count > limit ? new PageCursor(page[limit - 1].At, page[limit - 1].Id).ToString() : null;
        return new([.. page.Take(limit).Select(AuditEntryView.Of)], next);
    }
}
