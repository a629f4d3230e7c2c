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

public sealed record NotificationPage(IReadOnlyList<NotificationView> Items, Guid? NextCursor);

/// <summary>The shopper's notifications, the newest first.</summary>
public static class ListNotificationsEndpoint
{
    public const int LargestPage = 100;

    public static ProblemDetails Validate(int limit = 20) => limit is < 1 or > LargestPage
        ? Problem.Invalid("limit", $"must be from 1 to {LargestPage}.")
        : WolverineContinue.NoProblems;

    [WolverineGet("/api/notifications")]
    public static async Task<NotificationPage> Get(Caller caller, IQuerySession session, CancellationToken cancellation,
        int limit = 20, Guid? cursor = null)
    {
        var mine = session.Query<Notification>().Where(x => x.Subject == caller.Subject);
        if (cursor is { } after && await session.LoadAsync<Notification>(after, cancellation) is { } last && last.Subject == caller.Subject)
            mine = mine.Where(x => x.CreatedAt < last.CreatedAt || (x.CreatedAt == last.CreatedAt && x.Id.CompareTo(last.Id) < 0));
        var page = await mine.OrderByDescending(x => x.CreatedAt).ThenByDescending(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        return new([.. page.Take(limit).Select(NotificationView.Of)], page.Count > limit ? page[limit - 1].Id : null);
    }
}
