using System.Text.Json;
using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.Content.Privacy;

/// <param name="Text">Null when it contains a link, which only the reader of the mail may use.</param>
/// <param name="NotSentFor">Why it was not sent, if it was not.</param>
public sealed record SentMailView(
    string To, string Subject, string? Text, DateTimeOffset CreatedAt, DateTimeOffset? SentAt, string? NotSentFor)
{
    public static SentMailView Of(EmailMessage x) => new(x.To, x.Subject, x.HoldsLink ? null : x.Text, x.CreatedAt, x.SentAt, x.NotSentFor);
}

/// <summary>Collects the notifications and mails to a person, and how the person wants to be written to.</summary>
public static class GatherRecipientDataHandler
{
    public static async Task<PersonalDataGatheredNotice?> Handle(PersonalDataAskedNotice asked, IQuerySession session,
        CancellationToken cancellation)
    {
        if (asked.Orders is null) return null;
        Guid[] subjects = [asked.UserId, .. asked.Guests];
        Guid[] orders = [.. asked.Orders];
        var notifications = await session.Query<Notification>()
            .Where(x => x.Subject.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders))).OrderBy(x => x.CreatedAt)
            .ToListAsync(cancellation);
        var mails = await session.Query<EmailMessage>()
            .Where(x => x.Owner.IsOneOf(subjects) || (x.OrderId != null && x.OrderId.Value.IsOneOf(orders))).OrderBy(x => x.CreatedAt)
            .ToListAsync(cancellation);
        var recipients = await session.LoadManyAsync<Recipient>(cancellation, subjects);
        var addresses = mails.Select(x => x.To).Distinct(StringComparer.Ordinal).SelectMany(x => session.BlindIndexesOf(x)).ToArray();
        var suppressions = await session.Query<Suppression>().Where(x => x.EmailIndex.IsOneOf(addresses)).ToListAsync(cancellation);
        return new(asked.UserId, asked.ExportId, JsonSerializer.Serialize(
            new
            {
                recipients = recipients.Select(x => new { x.Language, Preferences = Preference.Of(x), x.Consents }),
                suppressions = suppressions.Select(SuppressionView.Of),
                notifications = notifications.Select(NotificationView.Of),
                mails = mails.Select(SentMailView.Of),
            },
            AaryaJson.Options));
    }
}
