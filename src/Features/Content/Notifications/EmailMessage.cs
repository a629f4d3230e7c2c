using Aarya.Infrastructure.Email;
using Aarya.Infrastructure.Security;
using JasperFx.Metadata;

namespace Aarya.Features.Content.Notifications;

/// <summary>One mail and whether it has gone out.</summary>
public sealed class EmailMessage : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

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
