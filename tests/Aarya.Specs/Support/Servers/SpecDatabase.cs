using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Support.Servers;

/// <summary>A database of one spec's own on the PostgreSQL that DATABASE_URL names, dropped at the end.</summary>
public sealed class SpecDatabase : IAsyncDisposable
{
    // A copy takes a third of a second; a migration takes two to three seconds of CPU.
    private static readonly Lazy<Task<SpecDatabase>> Template = new(MigrateAsync);

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

    /// <summary>An empty database: the program's logins and schemas do not exist in it.</summary>
    public static Task<SpecDatabase> EmptyAsync() => CreateAsync("");

    /// <summary>A database whose schemas are up to date, and whose tables are empty.</summary>
    public static async Task<SpecDatabase> MigratedAsync() => await CreateAsync($"template {(await Template.Value).Name}");

    /// <summary>After the last spec.</summary>
    public static async ValueTask DropTemplateAsync()
    {
        if (Template.IsValueCreated) await (await Template.Value).DisposeAsync();
    }

    private static async Task<SpecDatabase> MigrateAsync()
    {
        var database = await EmptyAsync();
        await using (var app = AaryaHost.Build(["--environment=Development", $"--roles={string.Join(',', Features.Roles.Contexts)}",
            $"--DATABASE_URL={database.Url}", "--REDIS_URL=redis://127.0.0.1:1"], Modules.All))
        {
            await app.Services.GetRequiredService<Migrations>().ApplyAsync(CancellationToken.None);
        }

        // A database with connections cannot be copied; on a busy machine they end later than a copy waits for them.
        await database.OnServerAsync(
            $"select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = '{database.Name}' and pid <> pg_backend_pid()");
        return database;
    }

    private static async Task<SpecDatabase> CreateAsync(string how)
    {
        var url = Environment.GetEnvironmentVariable("DATABASE_URL")
            ?? throw new InvalidOperationException("DATABASE_URL names no PostgreSQL for the specs: run ./aarya test, which starts one.");
        var server = DatabaseUrl.Parse("DATABASE_URL", url);
        var database = new SpecDatabase(server, $"specs_{Guid.NewGuid():N}");
        await database.OnServerAsync($"create database {database.Name} {how}");
        return database;
    }

    /// <summary>Ends all connections and refuses new ones, as a server does that is away.</summary>
    public async Task CloseAsync()
    {
        await OnServerAsync($"alter database {Name} allow_connections false");
        await OnServerAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{Name}'");
    }

    /// <summary>Accepts connections again.</summary>
    public Task ReopenAsync() => OnServerAsync($"alter database {Name} allow_connections true");

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

    public async ValueTask DisposeAsync() => await OnServerAsync($"drop database if exists {Name} with (force)");
}
