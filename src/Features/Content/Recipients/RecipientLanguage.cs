using Marten;

namespace Aarya.Features.Content.Recipients;

public static class RecipientLanguage
{
    /// <summary>The language of the person's account, or else the given one.</summary>
    public static async Task<string?> LanguageOfAsync(
        this IQuerySession session, Guid subject, string? otherwise, CancellationToken cancellation) =>
        (await session.LoadAsync<Recipient>(subject, cancellation))?.Language ?? otherwise;
}
