using System.Collections.Concurrent;
using Aarya.Infrastructure.Outages;
using Npgsql;

namespace Aarya.Infrastructure.Postgres;

/// <summary>The gate of each PostgreSQL that this process uses.</summary>
public sealed class DatabaseGates(ContextDatabases databases, TimeProvider time)
{
    private readonly ConcurrentDictionary<string, DatabaseGate> gates = new(StringComparer.Ordinal);

    /// <summary>Contexts with one server have one gate.</summary>
    public DatabaseGate Of(string role)
    {
        var server = new NpgsqlConnectionStringBuilder(databases.Of(role));
        return gates.GetOrAdd($"{server.Host}:{server.Port}", _ => new(time));
    }
}
