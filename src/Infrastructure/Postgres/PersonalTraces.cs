using Aarya.Infrastructure.Idempotency;
using Marten;

namespace Aarya.Infrastructure.Postgres;

public static class PersonalTraces
{
    /// <summary>
    /// Removes what a context keeps about a person beside its own state, in the session's transaction: answers kept for an idempotency key,
    /// and dead letters with something sealed in them.
    /// </summary>
    /// <param name="about">The person, their orders, and whatever else names them.</param>
    public static void EraseTraces(this IDocumentSession session, IEnumerable<Guid> about)
    {
        var schema = session.DocumentStore.Options.DatabaseSchemaName;
        string[] ids = [.. about.Select(x => $"{x:D}")];
        string[] anywhere = [.. ids.Select(x => $"%{x}%")];
        session.QueueSqlCommand($"delete from {schema}.{IdempotencyKeyTable.Name} where subject = any (?) or location like any (?)", ids,
            anywhere);
        session.QueueSqlCommand(
            $"delete from {schema}.wolverine_dead_letters where encode(body, 'escape') like '%sealed:%' and encode(body, 'escape') like "
            + $"any (?)", [anywhere]);
    }
}
