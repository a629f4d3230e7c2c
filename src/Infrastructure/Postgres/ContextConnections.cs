using Aarya.Infrastructure.Outages;
using Marten;
using Npgsql;

namespace Aarya.Infrastructure.Postgres;

/// <summary>Opens a context's connections and transactions at the gate where its document store's statements wait.</summary>
public static class ContextConnections
{
    private const string Probe = "select 1";

    /// <summary>Opens a connection, for statements that bypass the document store.</summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL accepts none at present.</exception>
    public static async Task<NpgsqlConnection> OpenConnectionAsync(this IDocumentStore store, CancellationToken cancellation)
    {
        var connection = store.Storage.Database.CreateConnection();
        try
        {
            await GateOf(store).PassAsync(
                () => connection.OpenAsync(cancellation),
                async () =>
                {
                    await using var command = new NpgsqlCommand(Probe, connection);
                    await command.ExecuteScalarAsync(cancellation);
                }, cancellation);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>
    /// Begins the session's transaction, unless it has one. Use it instead of <c>BeginTransactionAsync</c>, which does not wait at the
    /// gate.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">PostgreSQL accepts no connections at present.</exception>
    public static Task StartTransactionAsync(this IDocumentSession session, CancellationToken cancellation) =>
        GateOf(session.DocumentStore).PassAsync(
            async () => await session.BeginTransactionAsync(cancellation),
            async () =>
            {
                await using var command = new NpgsqlCommand(Probe);
                await session.ExecuteAsync(command, cancellation);
            }, cancellation);

    private static DatabaseGate GateOf(IDocumentStore store) => ((ContextStoreOptions)store.Options).Gate;
}
