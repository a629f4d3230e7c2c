using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;
using Wolverine.Persistence;

namespace Aarya.Features.Content.Notifications;

/// <summary>Marks a notification as read; marking it again changes nothing.</summary>
public static class ReadNotificationEndpoint
{
    public static ProblemDetails Validate(Caller caller, Notification? notification) => notification?.Subject == caller.Subject
        ? WolverineContinue.NoProblems
        : Problem.NotFound("notification");

    [WolverinePost("/api/notifications/{id:guid}/read")]
    public static (NotificationView, IMartenOp) Post(Guid id, Caller caller,
        [Entity(nameof(id), Required = false)] Notification? notification, DateTimeOffset now)
    {
        if (notification!.ReadAt is not null) return (NotificationView.Of(notification), MartenOps.Nothing());
        notification.ReadAt = now;
        return (NotificationView.Of(notification), MartenOps.Update(notification));
    }
}
