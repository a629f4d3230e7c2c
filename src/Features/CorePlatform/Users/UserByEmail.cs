using Marten;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>The one way from an address to its account.</summary>
public static class UserByEmail
{
    /// <summary>The account of this address, in the form of <see cref="EmailAddress"/>; null when there is none.</summary>
    public static Task<User?> FindByEmailAsync(this IQuerySession documents, string email, CancellationToken cancellation) =>
        documents.Query<User>().FirstOrDefaultAsync(x => x.Email == email, cancellation);
}
