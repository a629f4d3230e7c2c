using Marten;
using Npgsql;

namespace Aarya.Infrastructure.Postgres;

/// <summary>Connections of a context that its document store does not open itself: they wait at the same gate as its statements.</summary>
public static class ContextConnections
{
    /// <summary>Opens a connection, for statements that go past the document store.</summary>
    /// <exception cref="Outages.DatabaseAwayException">PostgreSQL accepts none at present.</exception>
    public static async Task<NpgsqlConnection> OpenConnectionAsync(this IDocumentStore store, CancellationToken cancellation)
    {
        var gate = ((ContextStoreOptions)store.Options).Gate;
        var isAttempt = await gate.EnterAsync(cancellation);
        var connection = store.Storage.Database.CreateConnection();
        try
        {
            await connection.OpenAsync(cancellation);
            // A pooled connection may have broken since: only an answer proves that PostgreSQL is back.
            if (isAttempt)
            {
                await using var command = new NpgsqlCommand("select 1", connection);
                await command.ExecuteScalarAsync(cancellation);
                gate.Note(null);
            }

            return connection;
        }
        catch (Exception e)
        {
            gate.Note(e);
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Begins the session's transaction, unless it has one.</summary>
    /// <exception cref="Outages.DatabaseAwayException">PostgreSQL accepts no connections at present.</exception>
    public static async Task StartTransactionAsync(this IDocumentSession session, CancellationToken cancellation)
    {
        var gate = ((ContextStoreOptions)session.DocumentStore.Options).Gate;
        var isAttempt = await gate.EnterAsync(cancellation);
        try
        {
            await session.BeginTransactionAsync(cancellation);
            if (!isAttempt) return;
            await using var command = new NpgsqlCommand("select 1");
            await session.ExecuteAsync(command, cancellation);
            gate.Note(null);
        }
        catch (Exception e)
        {
            gate.Note(e);
            throw;
        }
    }
}
