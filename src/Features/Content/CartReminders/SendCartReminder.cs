using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Flags;
using Marten;
using Wolverine;
using Wolverine.Runtime.Handlers;

namespace Aarya.Features.Content.CartReminders;

/// <summary>
/// Sends a reminder of a cart as <see cref="SendAlert"/> sends an alert, unless the customer has ordered, changed the cart or withdrawn the
/// consent since the mail was written.
/// </summary>
public sealed record SendCartReminder(Guid EmailId, Guid Subject, DateTimeOffset WrittenAt);

/// <summary>What has become of the reason for a reminder.</summary>
/// <param name="Gone">Why there is none any longer; null while there is.</param>
public sealed record ReminderReason(string? Gone);

public static class SendCartReminderHandler
{
    /// <summary>The customer has ordered or has changed the cart, or has closed the account.</summary>
    public const string CartChanged = "cart_changed";

    /// <summary>Administrators have switched reminders off.</summary>
    public const string SwitchedOff = "switched_off";

    public static void Configure(HandlerChain chain) => SendAlertHandler.Configure(chain);

    /// <summary>
    /// Asks commerce and core, before the claim of the mail begins. In a process that could never read the flags, reminders are off.
    /// </summary>
    public static async Task<ReminderReason> LoadAsync(
        SendCartReminder command, AbandonedCartLookup carts, IFlags flags, CancellationToken cancellation)
    {
        if (!await flags.IsOnAsync(FindAbandonedCarts.Flag, caller: null, cancellation)) return new(SwitchedOff);
        var isAbandoned = await carts.FindReaderAsync(command.Subject, cancellation) is not null
            && (await carts.OfAsync([command.Subject], cancellation, command.WrittenAt)).Count > 0;
        return new(isAbandoned ? null : CartChanged);
    }

    public static async Task<OutgoingMessages> Handle(
        SendCartReminder command, ReminderReason reason, IMailer mailer, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var isWanted = (await session.LoadAsync<Recipient>(command.Subject, cancellation))?.IsMailed(LetterKinds.CartReminder) == true;
        return await SendEmailHandler.SendAsync(
            command.EmailId, command, mailer, session, now, cancellation, unless: isWanted ? reason.Gone : Suppression.Unsubscribed);
    }
}
