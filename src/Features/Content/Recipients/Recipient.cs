using Aarya.Infrastructure.Postgres;
using JasperFx.Metadata;
using Marten;

namespace Aarya.Features.Content.Recipients;

/// <summary>
/// How a shopper wants to be written to. A person without one gets everything, in the language of the order or in English.
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

    public void Choose(string language, DateTimeOffset at)
    {
        if (LanguageChosenAt >= at) return;
        (Language, LanguageChosenAt) = (language, at);
    }

    /// <summary>
    /// The recipient, or a new one, which the caller stores. Another change of the recipient waits until this transaction ends, and then
    /// finds it.
    /// </summary>
    public static async Task<Recipient> OfAsync(IDocumentSession session, Guid subject, CancellationToken cancellation)
    {
        await session.LockAsync($"recipient {subject}", cancellation);
        return await session.LoadAsync<Recipient>(subject, cancellation) ?? new Recipient { Id = subject };
    }
}
