using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Messaging;
using JasperFx;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine.Marten;

namespace Aarya.Infrastructure.Postgres;

/// <summary>The document store of one context: its own login, schema, event store and message storage.</summary>
public static class ContextStore
{
    internal static void AddContextStore<TStore>(this IServiceCollection services, Module module, ContextDatabases databases, bool createSchemaObjects)
        where TStore : class, IDocumentStore
    {
        services.AddMartenStore<TStore>(provider =>
        {
            var marten = new StoreOptions();
            marten.Connection(NpgsqlDataSource.Create(databases.Of(module.Role)));
            marten.DatabaseSchemaName = module.Role;
            marten.Events.DatabaseSchemaName = module.Role;
            marten.AutoCreateSchemaObjects = createSchemaObjects ? AutoCreate.CreateOrUpdate : AutoCreate.None;
            marten.DisableNpgsqlLogging = true;
            marten.Storage.ExtendedSchemaObjects.Add(new IdempotencyKeyTable(module.Role));
            marten.Storage.ExtendedSchemaObjects.Add(new ProcessedEventTable(module.Role));
            module.ConfigureMarten(marten);
            return marten;
        }).IntegrateWithWolverine(x => x.SchemaName = module.Role);
    }
}
