using System.Text.Json;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Notifications;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Content.Privacy;

public sealed record SentMailView(string To, string Subject, string Text, DateTimeOffset CreatedAt, DateTimeOffset? SentAt);

/// <summary>What the shop told somebody, in the account and by mail.</summary>
public static class PersonalDataAskedHandler
{
    public static async Task<PersonalDataGathered> Handle(PersonalDataAsked asked, IQuerySession session, CancellationToken cancellation)
    {
        var notifications = await session.Query<Notification>().Where(x => x.Subject == asked.UserId).OrderBy(x => x.CreatedAt).ToListAsync(cancellation);
        var addresses = session.BlindIndexesOf(asked.Email);
        var mails = await session.Query<EmailMessage>().Where(x => x.ToIndex.IsOneOf(addresses)).OrderBy(x => x.CreatedAt).ToListAsync(cancellation);
        return new(asked.UserId, asked.ExportId, JsonSerializer.Serialize(new
        {
            notifications = notifications.Select(NotificationView.Of),
            mails = mails.Select(x => new SentMailView(x.To, x.Subject, x.Text, x.CreatedAt, x.SentAt)),
        }, AaryaJson.Options));
    }
}
