using Aarya.Infrastructure.Email;
using JasperFx.Metadata;

namespace Aarya.Features.Content.Notifications;

/// <summary>One mail and whether it has gone out.</summary>
public sealed class EmailMessage : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    public string To { get; set; } = "";

    public string Subject { get; set; } = "";

    public string Text { get; set; } = "";

    public string Html { get; set; } = "";

    public DateTimeOffset CreatedAt { get; set; }

    public DateTimeOffset? SentAt { get; set; }

    public Mail ToMail() => new(Id, To, Subject, Text, Html);
}
