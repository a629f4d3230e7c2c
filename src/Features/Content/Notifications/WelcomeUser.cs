using Aarya.Features.Content.Contracts;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Welcomes a new user by mail.</summary>
public static class WelcomeUserHandler
{
    public static (StoreDoc<EmailMessage>, SendEmail) Handle(UserRegisteredNotice user, DateTimeOffset now)
    {
        var mail = new Letter("Welcome to Aarya")
            .Paragraph($"Dear {user.Name}, your account is ready. Anything in your cart is still there when you sign in.")
            .To(user.Email, user.UserId, Notification.IdOf("welcome", user.UserId), now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
