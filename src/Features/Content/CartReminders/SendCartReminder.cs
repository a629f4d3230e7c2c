using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Aarya.Infrastructure.Email;
using Marten;
using Wolverine;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.Content.CartReminders;

/// <summary>
/// The same as <see cref="SendAlert"/>, but a customer who has ordered, has changed the cart or wants no reminders any longer gets none,
/// however long the mail has waited.
/// </summary>
public sealed record SendCartReminder(Guid EmailId, Guid Subject);

public static class SendCartReminderHandler
{
    /// <summary>Why a reminder was not sent: the cart is no longer as its owner left it, or was ordered.</summary>
    public const string CartChanged = "cart_changed";

    public static void Configure(HandlerChain chain) => SendAlertHandler.Configure(chain);

    /// <summary>Asks commerce, before the claim of the mail begins.</summary>
    public static async Task<LeftCart> LoadAsync(SendCartReminder command, LeftCarts carts, CancellationToken cancellation) =>
        new((await carts.OfAsync([command.Subject], cancellation)).Count > 0);

    public static async Task<OutgoingMessages> Handle(
        SendCartReminder command, LeftCart cart, IMailer mailer, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var wanted = (await session.LoadAsync<Recipient>(command.Subject, cancellation))?.IsMailed(LetterKinds.CartReminder) == true;
        return await SendEmailHandler.SendAsync(
            command.EmailId, command, mailer, session, now, cancellation,
            unless: !wanted ? Suppression.Unsubscribed : !cart.IsLeft ? CartChanged : null);
    }
}

/// <param name="IsLeft">The customer has neither ordered nor changed the cart.</param>
public sealed record LeftCart(bool IsLeft);
