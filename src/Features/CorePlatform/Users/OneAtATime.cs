using Marten;

namespace Aarya.Features.CorePlatform.Users;

/// <summary>Runs requests about the same thing one after the other: the second waits until the first has committed.</summary>
internal static class OneAtATime
{
    public static async Task AloneAsync(this IDocumentSession documents, string about, CancellationToken cancellation)
    {
        await documents.BeginTransactionAsync(cancellation);
        await using var alone = documents.Connection!.CreateCommand();
        alone.CommandText = "select pg_advisory_xact_lock(hashtextextended($1, 0))";
        alone.Parameters.Add(new() { Value = about });
        await alone.ExecuteNonQueryAsync(cancellation);
    }

    /// <summary>The user as the request before left them.</summary>
    public static async Task<User?> LoadAloneAsync(this IDocumentSession documents, Guid user, CancellationToken cancellation)
    {
        await documents.AloneAsync($"user {user:N}", cancellation);
        return await documents.LoadAsync<User>(user, cancellation);
    }
}
