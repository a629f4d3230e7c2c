using Aarya.Infrastructure.Email;

namespace Aarya.Features.Content.Mailbox;

/// <summary>Delivers nowhere: in development the kept mails themselves are the mailbox, to be read at <c>/dev/mailbox</c>.</summary>
public sealed class DevelopmentMailer : IMailer
{
    public Task SendAsync(Mail mail, CancellationToken cancellation) => Task.CompletedTask;
}
