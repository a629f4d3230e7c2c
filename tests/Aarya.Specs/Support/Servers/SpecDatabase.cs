using Aarya.Infrastructure.Settings;
using Npgsql;

namespace Aarya.Specs.Support.Servers;

/// <summary>An empty database of one spec's own on the PostgreSQL that DATABASE_URL names, dropped at the end.</summary>
public sealed class SpecDatabase : IAsyncDisposable
{
    private readonly NpgsqlConnectionStringBuilder server;

    private SpecDatabase(NpgsqlConnectionStringBuilder server, string name)
    {
        this.server = server;
        // An ended host leaves its pools behind: idle connections are closed soon, or a run of many hosts has no slots left.
        Url = new NpgsqlConnectionStringBuilder(server.ConnectionString)
        {
            Database = name,
            ConnectionIdleLifetime = 10,
            ConnectionPruningInterval = 5,
        }.ConnectionString;
        Name = name;
    }

    public string Name { get; }

    public string Url { get; }

    public static async Task<SpecDatabase> CreateAsync()
    {
        var url = Environment.GetEnvironmentVariable("DATABASE_URL")
            ?? throw new InvalidOperationException("DATABASE_URL names no PostgreSQL for the specs: run ./aarya test, which starts one.");
        var server = DatabaseUrl.Parse("DATABASE_URL", url);
        var database = new SpecDatabase(server, $"specs_{Guid.NewGuid():N}");
        await database.OnServerAsync($"create database {database.Name}");
        return database;
    }

    private async Task OnServerAsync(string sql)
    {
        await using var connection =
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server.ConnectionString)
            {
                Database = "postgres",
                Pooling = false,
            }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await OnServerAsync($"drop database if exists {Name} with (force)");
    }
}
