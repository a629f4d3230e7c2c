using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Content.Notifications;

public sealed record NotificationView(Guid Id, string Kind, string Title, string Body, Guid? OrderId, DateTimeOffset CreatedAt,
    DateTimeOffset? ReadAt)
{
    public static NotificationView Of(Notification x) => new(x.Id, x.Kind, x.Title, x.Body, x.OrderId, x.CreatedAt, x.ReadAt);
}

/// <param name="Unread">How many of all the shopper's notifications are not read, at most 100.</param>
public sealed record NotificationPage(IReadOnlyList<NotificationView> Items, string? NextCursor, int Unread);

/// <summary>
/// The shopper's notifications, the newest first. With <c>since</c>, the id of the newest notification that a client has, only those that
/// came after it: what a page missed while it was not connected. They may include some of the minute before.
/// </summary>
public static class ListNotificationsEndpoint
{
    public const int LargestPage = 100;

    /// <summary>The most unread notifications that are counted.</summary>
    public const int MostCounted = 100;

    // Handlers that run at the same time commit in any order: a notification can appear after a newer one. None takes longer than this.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(1);

    public static ProblemDetails Validate(int limit = 20, string? cursor = null) => PageCursor.Validate(limit, LargestPage, cursor);

    public static async Task<(NotificationsSince, ProblemDetails)> LoadAsync(
        Caller caller, IQuerySession session, CancellationToken cancellation, Guid? since = null)
    {
        if (since is not { } id) return (new(null), WolverineContinue.NoProblems);
        return await session.LoadAsync<Notification>(id, cancellation) is { } known && known.Subject == caller.Subject
            ? (new(known.CreatedAt - Overlap), WolverineContinue.NoProblems)
            : (new(null), Problem.Invalid("since", "must be the id of one of the shopper's notifications."));
    }

    [WolverineGet("/api/notifications")]
    public static async Task<NotificationPage> Get(
        Caller caller, [NotBody] NotificationsSince since, IQuerySession session, CancellationToken cancellation, int limit = 20,
        string? cursor = null, bool unread = false)
    {
        var mine = session.Query<Notification>().Where(x => x.Subject == caller.Subject);
        // Not CountAsync, which would limit its one row and count all.
        var counted = await mine.Where(x => x.ReadAt == null).Select(x => x.Id).Take(MostCounted).ToListAsync(cancellation);
        if (unread) mine = mine.Where(x => x.ReadAt == null);
        if (since.At is { } oldest) mine = mine.Where(x => x.CreatedAt >= oldest);
        if (PageCursor.Parse(cursor) is { At: var at, Id: var id })
            mine = mine.Where(x => x.CreatedAt < at || (x.CreatedAt == at && x.Id.CompareTo(id) < 0));
        var page = await mine.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        var last = page.Count > limit ? page[limit - 1] : null;
        return new(
            [.. page.Take(limit).Select(NotificationView.Of)],
            last is null ? null : $"{new PageCursor(last.CreatedAt, last.Id)}", counted.Count);
    }
}

/// <param name="At">Null for all.</param>
public sealed record NotificationsSince(DateTimeOffset? At);
