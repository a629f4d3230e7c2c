using Aarya.Features.Content.Mails;

namespace Aarya.Features.Content.Letters;

/// <summary>One piece of news in the reader's language: as a notification, and as a mail in plain text and in HTML.</summary>
/// <param name="Kind">See <see cref="LetterKinds"/>.</param>
/// <param name="Title">The heading of the notification.</param>
/// <param name="Summary">The text of the notification.</param>
/// <param name="Subject">The subject of the mail; empty when the news is never mailed.</param>
/// <param name="IsOptional">The recipient can stop mails of this kind.</param>
/// <param name="UnsubscribeUrl">The link in the mail that does so.</param>
/// <param name="HoldsLink">The mail contains a link that anyone who reads it can use.</param>
public sealed record Letter(string Kind, string Title, string Summary, string Subject, string Text, string Html, bool HoldsLink,
    bool IsOptional = false, string? UnsubscribeUrl = null)
{
    /// <param name="owner">Whose mail it is, whatever address it goes to.</param>
    /// <param name="id">One per occasion.</param>
    /// <param name="order">The order that it is about.</param>
    public EmailMessage To(string address, Guid owner, Guid id, DateTimeOffset now, Guid? order = null) => new()
    {
        Id = id,
        Kind = Kind,
        Owner = owner,
        OrderId = order,
        HoldsLink = HoldsLink,
        IsOptional = IsOptional,
        UnsubscribeUrl = UnsubscribeUrl,
        To = address,
        Subject = Subject,
        Text = Text,
        Html = Html,
        CreatedAt = now,
    };
}
