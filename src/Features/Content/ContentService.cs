using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Grpc;
using Aarya.Protos.Content;
using Grpc.Core;
using Marten;

namespace Aarya.Features.Content;

/// <summary>The Content context as other contexts see it; see protos/content.proto.</summary>
public sealed class ContentService(IContentStore store) : Protos.Content.Content.ContentBase
{
    public override async Task<Protos.Content.NotificationPage> ListNotifications(ListNotificationsRequest request,
        ServerCallContext context)
    {
        var subject = Refusal.UnlessUuid(request.Subject, "subject");
        await using var session = store.QuerySession();
        var found = await session.Query<Notifications.Notification>().Where(x => x.Subject == subject)
            .OrderByDescending(x => x.CreatedAt).Take(Math.Clamp(request.Limit, 1, ListNotificationsEndpoint.LargestPage))
            .ToListAsync(context.CancellationToken);
        var page = new Protos.Content.NotificationPage();
        page.Items.AddRange(found.Select(x => new Protos.Content.Notification
        {
            Id = x.Id.ToString(),
            Kind = x.Kind,
            Title = x.Title,
            Body = x.Body,
            CreatedAtUnixMs = x.CreatedAt.ToUnixTimeMilliseconds(),
            Read = x.ReadAt is not null,
        }));
        return page;
    }
}
