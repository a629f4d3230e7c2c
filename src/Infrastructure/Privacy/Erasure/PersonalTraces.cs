using Aarya.Infrastructure.Idempotency;
using Marten;

namespace Aarya.Infrastructure.Privacy.Erasure;

public static class PersonalTraces
{
    /// <summary>
    /// Removes, in the session's transaction, what a context stores about a person besides its own state: answers stored under an
    /// idempotency key, and dead letters with sealed values.
    /// </summary>
    /// <param name="about">The ids of the person, of their orders, and of everything else that names them.</param>
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
