using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using JasperFx.Metadata;
using Marten;

namespace Aarya.Features.Content.Mails;

/// <summary>A kind of mails that the reader of a mail has stopped.</summary>
/// <param name="Subject">Whose mail it was.</param>
public sealed record OptOut(string Kind, Guid Subject);

/// <summary>
/// An address that gets less mail or none: nothing is sent to an address that does not exist, nothing optional to one whose owner has
/// called a mail spam, and no mail of a kind that its owner has stopped. Staff lift it.
/// </summary>
public sealed class Suppression : IVersioned
{
    public const string Bounced = "bounced";
    public const string Complained = "complained";
    public const string Unsubscribed = "unsubscribed";

    public Guid Id { get; init; }

    public Guid Version { get; set; }

    [Personal]
    public string Email { get; init; } = "";

    [BlindIndex(nameof(Email))]
    public string EmailIndex { get; init; } = "";

    /// <summary>The strongest of <see cref="Bounced"/>, <see cref="Complained"/> and <see cref="Unsubscribed"/>.</summary>
    public string Reason { get; set; } = Unsubscribed;

    public IReadOnlyList<OptOut> OptOuts { get; set; } = [];

    public DateTimeOffset ReportedAt { get; set; }

    /// <summary>Why this mail must not be sent; null when it may.</summary>
    public string? ReasonAgainst(EmailMessage mail) => Reason == Bounced || (Reason == Complained && mail.IsOptional) ? Reason
        : OptOuts.Any(x => x.Kind == mail.Kind) ? Unsubscribed
        : null;

    /// <summary>Null when the address gets all mail.</summary>
    public static Task<Suppression?> FindAsync(IQuerySession session, string email, CancellationToken cancellation)
    {
        var indexes = session.BlindIndexesOf(EmailAddress.Normalize(email) ?? email);
        return session.Query<Suppression>().Where(x => x.EmailIndex.IsOneOf(indexes)).FirstOrDefaultAsync(cancellation);
    }

    /// <summary>
    /// The suppression of the address, or a new one, which the caller stores. Another change of the address waits until this transaction
    /// ends, and then finds it.
    /// </summary>
    public static async Task<Suppression> OfAsync(
        IDocumentSession session, string email, DateTimeOffset now, CancellationToken cancellation)
    {
        var address = EmailAddress.Normalize(email) ?? email;
        await session.LockAsync($"suppression {session.BlindIndexesOf(address)[0]}", cancellation);
        return await FindAsync(session, address, cancellation)
            ?? new Suppression { Id = Guid.CreateVersion7(now), Email = address, ReportedAt = now };
    }
}
