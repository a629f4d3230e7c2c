using Marten;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>The one place where an account is looked up by its address.</summary>
public static class UserByEmail
{
    /// <param name="documents">Where to look.</param>
    /// <param name="email">In the form of <see cref="EmailAddress"/>.</param>
    /// <param name="cancellation">Ends the search.</param>
    public static Task<User?> FindByEmailAsync(this IQuerySession documents, string email, CancellationToken cancellation) =>
        documents.Query<User>().FirstOrDefaultAsync(x => x.Email == email, cancellation);
}
