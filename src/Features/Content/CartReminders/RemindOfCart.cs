using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Notifications;
using Aarya.Features.Content.Recipients;
using Aarya.Infrastructure.Privacy;
using Marten;
using Npgsql;
using Wolverine;

namespace Aarya.Features.Content.CartReminders;

/// <summary>Reminds a customer of what is in the cart.</summary>
public sealed record RemindOfCart(
    Guid Subject, [property: Personal] string Email, [property: Personal] string Name, IReadOnlyList<CartNewsLine> Lines)
{
    public override string ToString() => $"{nameof(RemindOfCart)} {Subject}";
}

public static class RemindOfCartHandler
{
    /// <summary>
    /// The shortest time between two reminders to one customer. It is longer than the age at which a cart is too old for one, so that no
    /// visit causes two.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromDays(30);

    public static async Task<OutgoingMessages> Handle(
        RemindOfCart reminder, ShopperNews shopper, ShopPages pages, IDocumentSession session, DateTimeOffset now,
        CancellationToken cancellation)
    {
        var recipient = await Recipient.OfAsync(session, reminder.Subject, cancellation);
        if (!recipient.IsMailed(LetterKinds.CartReminder)) return [];
        if (!await ClaimAsync(session, reminder.Subject, now, cancellation)) return [];
        var id = Guid.CreateVersion7(now);
        return await shopper.WriteAsync(
            session,
            new News<CartNews>(
                LetterKinds.CartReminder, id, new(reminder.Name, reminder.Lines, pages.Cart), reminder.Subject, reminder.Email,
                SendBy: new SendCartReminder(id, reminder.Subject, now)),
            recipient, now);
    }

    // False when the customer was reminded a short time ago.
    private static async Task<bool> ClaimAsync(
        IDocumentSession session, Guid subject, DateTimeOffset now, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(
            """
            insert into content.cart_reminder as reminder (subject, reminded_at) values ($1, $2)
            on conflict (subject) do update set reminded_at = excluded.reminded_at where reminder.reminded_at <= $3
            """)
        {
            Parameters = { new() { Value = subject }, new() { Value = now }, new() { Value = now - Pause } },
        };
        return await session.ExecuteAsync(command, cancellation) == 1;
    }
}
