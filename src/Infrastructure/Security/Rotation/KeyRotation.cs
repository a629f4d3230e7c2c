using System.Runtime.CompilerServices;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Redis;
using Marten;

namespace Aarya.Infrastructure.Security.Rotation;

/// <summary>What became of one place that sealed values lie in.</summary>
/// <param name="Place">A column of a table, or what there is of one kind in Redis.</param>
/// <param name="Renewed">How many rows or values are under the first key now and were not.</param>
/// <param name="Left">How many still are not.</param>
/// <param name="Why">Why they are not.</param>
public sealed record Rotated(string Place, int Renewed, int Left, string Why);

/// <summary>
/// Seals everything that the hosted contexts and Redis keep under the first key; what lies in clear from before is sealed too. The shop may
/// run meanwhile: only rows that nobody holds are touched, a few at a time. Stopped anywhere, it goes on where it stopped.
/// </summary>
public sealed class KeyRotation(ActiveModules contexts, RedisConnections redis, Sealer sealer, IServiceProvider services)
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
