using Marten;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// A guest who turned out to be a customer: what the guest did is about the customer. Kept in the transaction of the login, and never
/// changed.
/// </summary>
public sealed class FormerGuest
{
    public Guid Id { get; init; }

    public Guid GuestId { get; init; }

    public Guid UserId { get; init; }
}

internal static class FormerGuests
{
    public static void RememberGuest(this IDocumentSession documents, Guid guest, Guid user) =>
        documents.Insert(new FormerGuest { Id = Guid.CreateVersion7(), GuestId = guest, UserId = user });

    /// <summary>Who somebody was before they signed in.</summary>
    public static async Task<IReadOnlyList<Guid>> GuestsOfAsync(this IQuerySession documents, Guid user, CancellationToken cancellation) =>
        [.. (await documents.Query<FormerGuest>().Where(x => x.UserId == user).Select(x => x.GuestId).ToListAsync(cancellation))
            .Distinct()];
}
