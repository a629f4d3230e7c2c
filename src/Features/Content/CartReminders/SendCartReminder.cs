using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Aarya.Infrastructure.Email;
using Marten;
using Wolverine;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.Content.CartReminders;

/// <summary>
/// Sends a reminder of a cart as <see cref="SendAlert"/> sends an alert, unless the customer has ordered, changed the cart or withdrawn the
/// consent since the mail was written.
/// </summary>
public sealed record SendCartReminder(Guid EmailId, Guid Subject);

public static class SendCartReminderHandler
{
    /// <summary>Why a reminder was not sent: the cart is no longer as its owner left it, or was ordered.</summary>
    public const string CartChanged = "cart_changed";

    public static void Configure(HandlerChain chain) => SendAlertHandler.Configure(chain);

    /// <summary>Asks commerce, before the claim of the mail begins.</summary>
    public static async Task<CartState> LoadAsync(SendCartReminder command, AbandonedCartLookup carts, CancellationToken cancellation) =>
        new((await carts.OfAsync([command.Subject], cancellation)).Count > 0);

    public static async Task<OutgoingMessages> Handle(
        SendCartReminder command, CartState cart, IMailer mailer, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var wanted = (await session.LoadAsync<Recipient>(command.Subject, cancellation))?.IsMailed(LetterKinds.CartReminder) == true;
        return await SendEmailHandler.SendAsync(
            command.EmailId, command, mailer, session, now, cancellation,
            unless: !wanted ? Suppression.Unsubscribed : !cart.IsAbandoned ? CartChanged : null);
    }
}

/// <param name="IsAbandoned">The customer has neither ordered nor changed the cart.</param>
public sealed record CartState(bool IsAbandoned);
