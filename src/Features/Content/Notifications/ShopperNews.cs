using Aarya.Features.Content.Letters;
using Aarya.Features.Content.Mails;
using Aarya.Features.Content.Recipients;
using Aarya.Features.Storefront;
using Marten;
using Wolverine;

namespace Aarya.Features.Content.Notifications;

/// <summary>News for a shopper.</summary>
/// <param name="Id">One per occasion: the same news received twice is one notification and one mail.</param>
/// <param name="Facts">What the letter names.</param>
/// <param name="Email">Null when the account and the open page are enough.</param>
/// <param name="Language">The language of the order or the browser; the shopper's account may have another.</param>
/// <param name="OrderId">The order that it is about.</param>
/// <param name="SendBy">The message that sends the mail; null for one that the kind decides.</param>
public sealed record News<T>(
    LetterKind<T> Kind, Guid Id, T Facts, Guid Subject, string? Email, string? Language = null, Guid? OrderId = null, object? SendBy = null)
    where T : class;

/// <summary>
/// Informs a shopper in the account, on the open page and by mail, unless the shopper has stopped news of the kind there.
/// </summary>
public sealed class ShopperNews(LetterTemplates letters, UnsubscribeLinks links)
{
    /// <summary>Stores the notification and the mail with the session, and returns the messages that follow; once per occasion.</summary>
    public async Task<OutgoingMessages> TellAsync<T>(
        IDocumentSession session, News<T> news, DateTimeOffset now, CancellationToken cancellation)
        where T : class
    {
        var batch = session.CreateBatchQuery();
        var recipient = batch.Load<Recipient>(news.Subject);
        var notification = batch.Load<Notification>(news.Id);
        var mail = batch.Load<EmailMessage>(news.Id);
        await batch.Execute(cancellation);
        return await notification is null && await mail is null ? await WriteAsync(session, news, await recipient, now) : [];
    }

    /// <summary>The same, when the caller knows that the shopper has not been informed yet.</summary>
    /// <param name="order">What an open page shows of the order, too.</param>
    public async Task<OutgoingMessages> WriteAsync<T>(
        IDocumentSession session, News<T> news, Recipient? recipient, DateTimeOffset now, OrderNews? order = null)
        where T : class
    {
        var letter = await letters.WriteAsync(
            news.Kind, recipient?.Language ?? news.Language, news.Facts, links.To(news.Subject, news.Kind, news.Email));
        OutgoingMessages messages = [];
        NotificationNews? shown = null;
        if (letter.Title.Length > 0 && recipient?.NotShown.Contains(letter.Kind) != true)
        {
            var notification = new Notification
            {
                Id = news.Id,
                Subject = news.Subject,
                Kind = letter.Kind,
                Title = letter.Title,
                Body = letter.Summary,
                OrderId = news.OrderId,
                CreatedAt = now,
            };
            session.Store(notification);
            shown = notification.ToNews();
        }

        if (shown is not null || order is not null) messages.Add(new TellShopper(news.Subject, shown, order));
        if (news.Email is null || recipient?.IsMailed(news.Kind) == false) return messages;
        session.Store(letter.To(news.Email, news.Subject, news.Id, now, news.OrderId));
        // What can be stopped by one click may go to very many people at once.
        messages.Add(news.SendBy ?? (news.Kind.HasUnsubscribeLink ? new SendAlert(news.Id) : new SendEmail(news.Id)));
        return messages;
    }
}
