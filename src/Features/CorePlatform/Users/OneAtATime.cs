using Aarya.Infrastructure.Postgres;
using Marten;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Runs requests about the same user one after the other: the second waits until the first has committed.</summary>
internal static class OneAtATime
{
    /// <summary>The user as the request before left them.</summary>
    public static async Task<User?> LoadAloneAsync(this IDocumentSession documents, Guid user, CancellationToken cancellation)
    {
        await documents.LockAsync($"user {user:N}", cancellation);
        return await documents.LoadAsync<User>(user, cancellation);
    }
}
