using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Attributes;
using Wolverine.Http;

namespace Aarya.Features.Content.Notifications;

/// <summary>Marks the shopper's notifications as read.</summary>
/// <param name="UpTo">The newest notification that the shopper has seen: newer ones stay unread. All of them when absent.</param>
public sealed record ReadAllNotifications(Guid? UpTo = null);

public static class ReadAllNotificationsEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(
        ReadAllNotifications command, Caller caller, IQuerySession session, CancellationToken cancellation) =>
        command.UpTo is not { } id || (await session.LoadAsync<Notification>(id, cancellation))?.Subject == caller.Subject
            ? WolverineContinue.NoProblems
            : Problem.Invalid("upTo", "must be the id of one of the shopper's notifications.");

    [Transactional]
    [WolverinePost("/api/notifications/read")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static IResult Post(ReadAllNotifications command, Caller caller, IDocumentSession session, DateTimeOffset now)
    {
        // One statement: a shopper may have thousands of them.
        session.QueueSqlCommand(
            """
            update content.mt_doc_notification as mine
            set data = mine.data || jsonb_build_object('readAt', ?::text), mt_version = gen_random_uuid(), mt_last_modified = now()
            where (mine.data ->> 'subject')::uuid = ? and mine.data ->> 'readAt' is null and (?::uuid is null or exists (
                select from content.mt_doc_notification as seen where seen.id = ?::uuid
                    and (content.mt_immutable_timestamptz(mine.data ->> 'createdAt'), mine.id)
                        <= (content.mt_immutable_timestamptz(seen.data ->> 'createdAt'), seen.id)))
            """,
            now.ToUniversalTime().ToString("O", System.Globalization.CultureInfo.InvariantCulture), caller.Subject,
            (object?)command.UpTo ?? DBNull.Value, (object?)command.UpTo ?? DBNull.Value);
        return Results.NoContent();
    }
}
