using Npgsql;

namespace Aarya.Infrastructure.Postgres;

internal static class KnownTables
{
    /// <summary>Whether the database has this table.</summary>
    /// <param name="connection">An open connection.</param>
    /// <param name="table">Its name with its schema.</param>
    public static async Task<bool> HasTableAsync(this NpgsqlConnection connection, string table, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("select to_regclass($1) is not null", connection)
        {
            Parameters = { new() { Value = table } },
        };
        return await command.ExecuteScalarAsync(cancellation) is true;
    }
}
