using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Privacy;
using JasperFx;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine.Marten;

namespace Aarya.Infrastructure.Postgres;

/// <summary>The document store of one context: its own login, schema, event store and message storage.</summary>
public static class ContextStore
{
    internal static void AddContextStore<TStore>(this IServiceCollection services, string role, ContextDatabases databases, Sealer sealer,
        Action<StoreOptions> configure)
        where TStore : class, IDocumentStore
    {
        services.AddMartenStore<TStore>(provider =>
        {
            var gate = provider.GetRequiredService<DatabaseGates>().Of(role);
            var marten = new ContextStoreOptions(sealer, gate);
            marten.ExtendPolly(x => x.AddDatabaseGate(gate));
            marten.ExtendWritePolly(x => x.AddDatabaseGate(gate));
            marten.Connection(ContextDatabases.Source(databases.Of(role)));
            marten.DatabaseSchemaName = role;
            marten.Events.DatabaseSchemaName = role;
            // Only a migration changes the schema: Marten would otherwise compare every table when it is first used.
            marten.AutoCreateSchemaObjects = AutoCreate.None;
            marten.DisableNpgsqlLogging = true;
            marten.Storage.ExtendedSchemaObjects.Add(new StoredJsonTable(role));
            marten.Storage.ExtendedSchemaObjects.Add(new AppliedSchemaTable(role));
            // First: the indexes that the context declares have the names of the JSON.
            marten.UseStoredJson(sealer);
            configure(marten);
            return marten;
        }).IntegrateWithWolverine(x => x.SchemaName = role);
    }
}

/// <summary>The options of a context's store, with the sealer of its personal fields and the gate of its database.</summary>
internal sealed class ContextStoreOptions(Sealer sealer, DatabaseGate gate) : StoreOptions
{
    public Sealer Sealer { get; } = sealer;

    public DatabaseGate Gate { get; } = gate;
}

public static class BlindIndexes
{
    /// <summary>
    /// The values that a property with <see cref="BlindIndexAttribute"/> may have for this value; see <see cref="Sealer.IndexesOf"/>.
    /// </summary>
    public static string[] BlindIndexesOf(this IQuerySession session, string value) =>
        ((ContextStoreOptions)session.DocumentStore.Options).Sealer.IndexesOf(value);
}
