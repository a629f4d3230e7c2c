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
/// <param name="News">What an open page shows.</param>
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
public sealed class OrderCourse(ShopperNews shopperNews)
{
    // A refund has no fixed id, so that nothing is ever taken for later than another step because of it.
    private static readonly string[] Steps =
        ["order_confirmed", "order_packed", "order_shipped", "order_delivered", "order_cancelled", "order_refunded"];

    /// <summary>Stores the notification and the mail with the session, and returns the messages that follow.</summary>
    public async Task<OutgoingMessages> TellAsync<T>(
        IDocumentSession session, OrderStep<T> step, DateTimeOffset now, CancellationToken cancellation)
        where T : class
    {
        var later = Steps.Skip(Array.IndexOf(Steps, step.Kind.Name) + 1).Select(x => Notification.IdOf(x, step.News.Id));
        Guid[] either = [step.Id, .. later];
        var batch = session.CreateBatchQuery();
        var recipient = batch.Load<Recipient>(step.Subject);
        var shown = batch.LoadMany<Notification>().ById(either);
        // A shopper who has stopped notifications of a kind still gets its mails, and the other way about.
        var mailed = batch.Query<EmailMessage>().Where(x => x.Id.IsOneOf(either)).Select(x => x.Id).ToList();
        await batch.Execute(cancellation);
        HashSet<Guid> known = [.. (await shown).Select(x => x.Id), .. await mailed];
        if (known.Contains(step.Id)) return [];
        return await shopperNews.WriteAsync(
            session, new News<T>(step.Kind, step.Id, step.Facts, step.Subject, step.Email, step.Language, step.News.Id),
            await recipient, now, known.Count > 0 ? null : step.News);
    }
}
