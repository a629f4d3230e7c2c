using Marten;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>
/// A guest who signed in as a customer: the guest's data is the customer's. Stored in the transaction of the login, and never changed.
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

    /// <summary>The ids that a person had as a guest.</summary>
    public static async Task<IReadOnlyList<Guid>> GuestsOfAsync(this IQuerySession documents, Guid user, CancellationToken cancellation) =>
        [.. (await documents.Query<FormerGuest>().Where(x => x.UserId == user).Select(x => x.GuestId).ToListAsync(cancellation))
            .Distinct()];
}
