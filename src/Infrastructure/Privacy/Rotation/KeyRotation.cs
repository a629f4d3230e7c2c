using System.Runtime.CompilerServices;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Redis;
using Marten;

namespace Aarya.Infrastructure.Privacy.Rotation;

/// <summary>The result for one place that contains sealed values.</summary>
/// <param name="Place">A column of a table, or the values of one kind in Redis.</param>
/// <param name="Renewed">How many rows or values were changed to the first key.</param>
/// <param name="Left">How many are still under another key.</param>
/// <param name="Why">Why they were not changed.</param>
public sealed record Rotated(string Place, int Renewed, int Left, string Why);

/// <summary>
/// Seals with the first key everything that the hosted contexts and Redis store, including old plain text. The shop may run meanwhile: only
/// rows without a lock are changed, a few at a time. After a stop, the next run continues there.
/// </summary>
public sealed class KeyRotation(ActiveContexts contexts, RedisConnections redis, Sealer sealer, IServiceProvider services)
{
    public async IAsyncEnumerable<Rotated> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        foreach (var context in contexts.Active)
        {
            var tables = new SealedTables(context.Role, (IDocumentStore)services.GetService(context.StoreType)!, sealer);
            await foreach (var column in tables.RenewAsync(cancellation)) yield return column;
        }

        await foreach (var kind in new SealedValues(redis, sealer).RenewAsync(cancellation)) yield return kind;
    }
}
