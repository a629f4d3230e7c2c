using Aarya.Infrastructure.Email;

namespace Aarya.Features.Content.Mailbox;

/// <summary>Sends nothing: in development the stored mails are the mailbox, shown at <c>/dev/mailbox</c>.</summary>
public sealed class DevelopmentMailer : IMailer
{
    public Task SendAsync(Mail mail, CancellationToken cancellation) => Task.CompletedTask;
}
