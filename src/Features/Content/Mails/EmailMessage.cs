using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Privacy;
using JasperFx.Metadata;

namespace Aarya.Features.Content.Mails;

/// <summary>One mail and whether it has gone out.</summary>
public sealed class EmailMessage : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    /// <summary>The kind of its letter; empty for mails from before it was recorded.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Whose it is: a customer, or a guest who ordered.</summary>
    public Guid Owner { get; set; }

    /// <summary>The order that it is about.</summary>
    public Guid? OrderId { get; set; }

    /// <summary>It contains a link that anyone who reads it can use.</summary>
    public bool HoldsLink { get; set; }

    /// <summary>The recipient can do without it: it is not sent to an address that has complained about mails.</summary>
    public bool IsOptional { get; init; }

    [Personal]
    public string To { get; set; } = "";

    [BlindIndex(nameof(To))]
    public string ToIndex { get; init; } = "";

    public string Subject { get; set; } = "";

    [Personal]
    public string Text { get; set; } = "";

    [Personal]
    public string Html { get; set; } = "";

    /// <summary>The link that stops mails of this kind; null for kinds that no link stops.</summary>
    [Personal]
    public string? UnsubscribeUrl { get; init; }

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    /// <summary>
    /// Why it was not sent: <c>bounced</c>, <c>complained</c> or <c>unsubscribed</c>, see <see cref="Suppression"/>; <c>cart_changed</c>
    /// and <c>switched_off</c> for a reminder of a cart.
    /// </summary>
    public string? NotSentFor { get; set; }

    public Mail ToMail() => new(Id, To, Subject, Text, Html, UnsubscribeUrl);
}
