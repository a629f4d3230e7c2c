using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Finds an account by its sealed address; nothing else searches for accounts by address.</summary>
public static class UserByEmail
{
    /// <param name="email">In the form of <see cref="EmailAddress"/>.</param>
    public static Task<User?> FindByEmailAsync(this IQuerySession documents, string email, CancellationToken cancellation)
    {
        var indexes = documents.BlindIndexesOf(email);
        return documents.Query<User>().FirstOrDefaultAsync(x => x.EmailIndex.IsOneOf(indexes), cancellation);
    }

    /// <summary>Finds only the id, with the same work whether or not there is an account.</summary>
    public static async Task<Guid?> FindIdByEmailAsync(this IQuerySession documents, string email, CancellationToken cancellation)
    {
        var indexes = documents.BlindIndexesOf(email);
        return await documents.Query<User>().Where(x => x.EmailIndex.IsOneOf(indexes)).Select(x => x.Id)
            .ToListAsync(cancellation) is [var id] ? id : null;
    }
}
