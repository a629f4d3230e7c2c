using Aarya.Features.Content.Contracts;
using Wolverine.Marten;

namespace Aarya.Features.Content.Notifications;

/// <summary>Greets somebody who has just registered.</summary>
public static class WelcomeUserHandler
{
    public static (StoreDoc<EmailMessage>, SendEmail) Handle(UserRegistered user, DateTimeOffset now)
    {
        var mail = new Letter("Welcome to Aarya")
            .Paragraph($"Dear {user.Name}, your account is open. Whatever was in your cart is still there when you sign in.")
            .To(user.Email, user.UserId, Notification.IdOf("welcome", user.UserId), now);
        return (MartenOps.Store(mail), new SendEmail(mail.Id));
    }
}
