using Aarya.Infrastructure.Email;
using Marten;
using Wolverine.Marten;
using Wolverine.Persistence;

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
    public static Task<IMartenOp> Handle(
        SendAlert command,
        [Entity(nameof(SendAlert.EmailId))] EmailMessage email,
        IMailer mailer,
        IQuerySession session,
        DateTimeOffset now,
        CancellationToken cancellation) =>
        SendEmailHandler.Handle(new(command.EmailId), email, mailer, session, now, cancellation);
}
