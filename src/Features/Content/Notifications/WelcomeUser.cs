using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Welcomes a new user by mail, in the language of the registration, and remembers that language.</summary>
public static class WelcomeUserHandler
{
    public static async Task<SendEmail> Handle(
        UserRegisteredNotice user, LetterTemplates letters, IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        // An event that arrives late does not undo what the user has chosen since.
        if (user.Language is not null && await session.LoadAsync<Recipient>(user.UserId, cancellation) is null)
            session.Store(new Recipient { Id = user.UserId, Language = user.Language });
        var letter = await letters.WriteAsync(LetterKinds.Welcome, user.Language, user);
        var mail = letter.To(user.Email, user.UserId, Notification.IdOf("welcome", user.UserId), now);
        session.Store(mail);
        return new(mail.Id);
    }
}
