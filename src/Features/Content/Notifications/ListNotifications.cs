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

public sealed record NotificationPage(IReadOnlyList<NotificationView> Items, string? NextCursor);

/// <summary>The shopper's notifications, the newest first.</summary>
public static class ListNotificationsEndpoint
{
    public const int LargestPage = 100;

    public static ProblemDetails Validate(int limit = 20, string? cursor = null) => PageCursor.Validate(limit, LargestPage, cursor);

    [WolverineGet("/api/notifications")]
    public static async Task<NotificationPage> Get(Caller caller, IQuerySession session, CancellationToken cancellation,
        int limit = 20, string? cursor = null)
    {
        var mine = session.Query<Notification>().Where(x => x.Subject == caller.Subject);
        if (PageCursor.Parse(cursor) is { At: var at, Id: var id })
            mine = mine.Where(x => x.CreatedAt < at || (x.CreatedAt == at && x.Id.CompareTo(id) < 0));
        var page = await mine.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        var last = page.Count > limit ? page[limit - 1] : null;
        return new([.. page.Take(limit).Select(NotificationView.Of)], last is null ? null : $"{new PageCursor(last.CreatedAt, last.Id)}");
    }
}
