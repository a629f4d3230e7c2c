using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using JasperFx.Metadata;
using Marten;

namespace Aarya.Features.Content.Mails;

/// <summary>
/// An address that gets no mail, as the mail provider has reported: nothing is sent to an address that does not exist, and nothing that is
/// optional to one whose owner has called a mail spam. Staff lift it.
/// </summary>
public sealed class Suppression : IVersioned
{
    public const string Bounced = "bounced";
    public const string Complained = "complained";

    public Guid Id { get; init; }

    public Guid Version { get; set; }

    [Personal]
    public string Email { get; init; } = "";

    [BlindIndex(nameof(Email))]
    public string EmailIndex { get; init; } = "";

    /// <summary><see cref="Bounced"/> or <see cref="Complained"/>; an address that does both has bounced.</summary>
    public string Reason { get; set; } = "";

    public DateTimeOffset ReportedAt { get; set; }

    /// <summary>True when this mail must not be sent.</summary>
    public bool Stops(EmailMessage mail) => Reason == Bounced || mail.IsOptional;

    /// <summary>Null when the address gets mail.</summary>
    public static Task<Suppression?> FindAsync(IQuerySession session, string email, CancellationToken cancellation)
    {
        var indexes = session.BlindIndexesOf(EmailAddress.Normalize(email) ?? email);
        return session.Query<Suppression>().Where(x => x.EmailIndex.IsOneOf(indexes)).FirstOrDefaultAsync(cancellation);
    }
}
