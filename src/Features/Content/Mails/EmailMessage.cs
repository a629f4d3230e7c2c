using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Privacy;
using JasperFx.Metadata;

namespace Aarya.Features.Content.Mails;

/// <summary>One mail and whether it has gone out.</summary>
public sealed class EmailMessage : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    /// <summary>Its template; empty for mails from before it was recorded.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Whose it is: a customer, or a guest who ordered.</summary>
    public Guid Owner { get; set; }

    /// <summary>The order that it is about.</summary>
    public Guid? OrderId { get; set; }

    /// <summary>It contains a link that anyone who reads it can use.</summary>
    public bool HoldsLink { get; set; }

    [Personal]
    public string To { get; set; } = "";

    [BlindIndex(nameof(To))]
    public string ToIndex { get; init; } = "";

    public string Subject { get; set; } = "";

    [Personal]
    public string Text { get; set; } = "";

    [Personal]
    public string Html { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public Mail ToMail() => new(Id, To, Subject, Text, Html);
}
