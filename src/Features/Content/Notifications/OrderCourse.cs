using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Aarya.Features.Storefront;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>A step of an order that its shopper is informed of.</summary>
/// <param name="Facts">What the letter names.</param>
/// <param name="Email">Null when the account and the open page are enough.</param>
/// <param name="Language">The order's; the shopper's account may have another.</param>
/// <param name="Occasion">Distinguishes steps that an order can take several times.</param>
public sealed record OrderStep<T>(
    LetterKind<T> Kind, T Facts, Guid Subject, string? Email, string? Language, OrderNews News, string? Occasion = null)
    where T : class
{
    /// <summary>The same step received twice is one notification and one mail.</summary>
    public Guid Id => Notification.IdOf(Occasion is null ? Kind.Name : $"{Kind.Name}:{Occasion}", News.Id);
}

/// <summary>
/// Informs a shopper of the progress of an order: each step once, and on the open page no step that a later one has overtaken.
/// </summary>
public sealed class OrderCourse(LetterTemplates letters)
{
    private static readonly string[] Steps =
        ["order_confirmed", "order_packed", "order_shipped", "order_delivered", "order_cancelled", "order_refunded"];

    /// <summary>Stores the notification and the mail with the session, and returns the messages that follow.</summary>
    public async Task<OutgoingMessages> TellAsync<T>(
        IDocumentSession session, OrderStep<T> step, DateTimeOffset now, CancellationToken cancellation)
        where T : class
    {
        var batch = session.CreateBatchQuery();
        var recipientFound = batch.Load<Recipient>(step.Subject);
        var later = Steps.Skip(Array.IndexOf(Steps, step.Kind.Name) + 1).Select(x => Notification.IdOf(x, step.News.Id));
        var knownFound = batch.LoadMany<Notification>().ById([step.Id, .. later]);
        await batch.Execute(cancellation);
        var (recipient, known) = (await recipientFound, await knownFound);
        if (known.Any(x => x.Id == step.Id)) return [];

        var letter = await letters.WriteAsync(step.Kind, recipient?.Language ?? step.Language, step.Facts);
        var notification = new Notification
        {
            Id = step.Id,
            Subject = step.Subject,
            Kind = letter.Kind,
            Title = letter.Title,
            Body = letter.Summary,
            OrderId = step.News.Id,
            CreatedAt = now,
        };
        session.Store(notification);
        OutgoingMessages messages = [new TellShopper(step.Subject, notification.ToNews(), known.Count > 0 ? null : step.News)];
        if (step.Email is null) return messages;

        session.Store(letter.To(step.Email, step.Subject, step.Id, now, step.News.Id));
        messages.Add(new SendEmail(step.Id));
        return messages;
    }
}
