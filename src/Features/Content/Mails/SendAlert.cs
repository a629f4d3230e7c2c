using Aarya.Infrastructure.Email;
using Marten;
using Wolverine;
using Wolverine.ErrorHandling;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.Content.Mails;

/// <summary>
/// The same as <see cref="SendEmail"/>, for a mail that many people get about one event. It waits in a queue of its own, so that a hundred
/// thousand of them do not hold up the mails about orders and accounts.
/// </summary>
public sealed record SendAlert(Guid EmailId)
{
    /// <summary>The most alerts that one process sends at the same time.</summary>
    public const int AtOnce = 2;
}

public static class SendAlertHandler
{
    // First in its place in the queue: an outage of the mail server puts off a few alerts per minute, and not all of them at once. Those
    // that are put off share their schedule with the mails about orders.
    public static void Configure(HandlerChain chain) => chain.OnException<MailNotSentException>()
        .RetryWithCooldown(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(15))
        .Then.ScheduleRetryIndefinitely(TimeSpan.FromMinutes(30));

    public static Task<OutgoingMessages> Handle(
        SendAlert command, IMailer mailer, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation) =>
        SendEmailHandler.SendAsync(command.EmailId, command, mailer, session, now, cancellation);
}
