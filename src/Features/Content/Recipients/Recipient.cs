using Aarya.Features.Content.Letters;
using Aarya.Infrastructure.Postgres;
using JasperFx.Metadata;
using Marten;

namespace Aarya.Features.Content.Recipients;

/// <summary>A kind of mails that a person has asked for.</summary>
/// <param name="At">When the person asked, as proof of the consent.</param>
public sealed record Consent(string Kind, DateTimeOffset At);

/// <summary>
/// How a shopper wants to be written to. A person without one gets every kind that needs no consent, in the language of the order or in
/// English.
/// </summary>
public sealed class Recipient : IVersioned
{
    /// <summary>The account's id, or the guest's.</summary>
    public Guid Id { get; init; }

    public Guid Version { get; set; }

    /// <summary>One of <see cref="Languages"/>; null when the person has not chosen one.</summary>
    public string? Language { get; set; }

    /// <summary>When the language was chosen: an older choice that arrives later does not count.</summary>
    public DateTimeOffset? LanguageChosenAt { get; set; }

    /// <summary>The kinds of letters of which the person wants no mail.</summary>
    public IReadOnlyList<string> NotMailed { get; set; } = [];

    /// <summary>The kinds of letters that the person does not want to find in the account and on the open page.</summary>
    public IReadOnlyList<string> NotShown { get; set; } = [];

    /// <summary>The kinds of mails that the person has asked for, of those that nobody gets unasked.</summary>
    public IReadOnlyList<Consent> Consents { get; set; } = [];

    /// <summary>Whether the person gets mails of this kind.</summary>
    public bool IsMailed(ILetterKind kind) =>
        !NotMailed.Contains(kind.Name) && (kind.Choice != LetterChoice.Consent || Consents.Any(x => x.Kind == kind.Name));

    /// <summary>Turns mails of this kind on or off. Turning on a kind that needs consent records the consent.</summary>
    public void Mail(string kind, bool wanted, DateTimeOffset now)
    {
        NotMailed = Changed(NotMailed, kind, stops: !wanted);
        if (!wanted) Consents = [.. Consents.Where(x => x.Kind != kind)];
        else if (LetterKinds.NeedsConsent(kind) && Consents.All(x => x.Kind != kind)) Consents = [.. Consents, new(kind, now)];
    }

    /// <summary>Turns news of this kind in the account and on the open page on or off.</summary>
    public void Show(string kind, bool wanted) => NotShown = Changed(NotShown, kind, stops: !wanted);

    private static IReadOnlyList<string> Changed(IReadOnlyList<string> stopped, string kind, bool stops) =>
        stops ? [.. stopped.Append(kind).Distinct(StringComparer.Ordinal)] : [.. stopped.Where(x => x != kind)];

    public void Choose(string language, DateTimeOffset at)
    {
        if (LanguageChosenAt >= at) return;
        (Language, LanguageChosenAt) = (language, at);
    }

    /// <summary>Waits for other changes of what is written to the person, and keeps them waiting until this transaction ends.</summary>
    public static Task LockAsync(IDocumentSession session, Guid subject, CancellationToken cancellation) =>
        session.LockAsync($"recipient {subject}", cancellation);

    /// <summary>
    /// The recipient, or a new one, which the caller stores. Another change of the recipient waits until this transaction ends, and then
    /// finds it.
    /// </summary>
    public static async Task<Recipient> OfAsync(IDocumentSession session, Guid subject, CancellationToken cancellation)
    {
        await LockAsync(session, subject, cancellation);
        return await session.LoadAsync<Recipient>(subject, cancellation) ?? new Recipient { Id = subject };
    }
}
