using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Marten;

namespace Aarya.Features.Content.Accounts;

/// <summary>Welcomes a new user by mail, in the language of the registration, and remembers that language.</summary>
public static class WelcomeUserHandler
{
    public static async Task<SendEmail> Handle(
        UserRegisteredNotice user, LetterTemplates letters, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        if (user.Language is { } language)
        {
            var recipient = await Recipient.OfAsync(session, user.UserId, cancellation);
            recipient.Choose(language, user.At);
            session.Store(recipient);
        }

        var letter = await letters.WriteAsync(LetterKinds.Welcome, user.Language, user);
        var mail = letter.To(user.Email, user.UserId, Notification.IdOf("welcome", user.UserId), now);
        session.Store(mail);
        return new(mail.Id);
    }
}
