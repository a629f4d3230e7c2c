using Aarya.Infrastructure.Messaging;
using Aarya.Specs.Support;
using Npgsql;

namespace Aarya.Specs.Messaging;

/// <summary>What PostgreSQL really answers, and whether an event waits for it or is given up.</summary>
public sealed class OutageSpec : IAsyncLifetime
{
    private readonly string login = $"outage_{Guid.NewGuid():N}";
    private SpecDatabase database = null!;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.CreateAsync();
        await AsOwnerAsync($"create role {login} login password 'outage'; create table secret (id int); create table known (id int primary key); grant insert on known to {login}");
    }

    public async ValueTask DisposeAsync()
    {
        await AsOwnerAsync($"drop owned by {login}; drop role {login}");
        await database.DisposeAsync();
    }

    [Fact]
    public async Task a_database_that_admits_nobody_is_away()
    {
        await AsOwnerAsync($"revoke connect on database {database.Name} from public");

        var refused = await RefusedAsync("select 1");

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.True(Outage.Is(refused));
        Assert.True(Outage.Is(new InvalidOperationException("The session could not be opened.", refused)));
    }

    [Fact]
    public async Task a_login_that_may_not_log_in_now_is_away()
    {
        await AsOwnerAsync($"alter role {login} nologin");

        Assert.True(Outage.Is(await RefusedAsync("select 1")));
    }

    [Fact]
    public async Task a_database_that_is_not_there_now_is_away() => Assert.True(Outage.Is(await RefusedAsync("select 1", database: "nowhere_" + login)));

    [Fact]
    public async Task a_connection_that_is_ended_from_outside_is_away() =>
        Assert.True(Outage.Is(await RefusedAsync("select pg_terminate_backend(pg_backend_pid())")));

    [Theory]
    [InlineData("select * from secret")]
    [InlineData("insert into known values (1), (1)")]
    [InlineData("insert into nowhere values (1)")]
    [InlineData("select 1 / 0")]
    [InlineData("select 'x'::int")]
    public async Task a_statement_that_is_refused_is_no_outage(string sql) => Assert.False(Outage.Is(await RefusedAsync(sql)));

    private async Task<PostgresException> RefusedAsync(string sql, string? database = null)
    {
        var url = new NpgsqlConnectionStringBuilder(this.database.Url) { Username = login, Password = "outage", Pooling = false };
        if (database is not null) url.Database = database;
        return await Assert.ThrowsAsync<PostgresException>(() => ExecuteAsync(url.ConnectionString, sql));
    }

    private Task AsOwnerAsync(string sql) => ExecuteAsync(database.Url, sql);

    private static async Task ExecuteAsync(string url, string sql)
    {
        await using var connection = new NpgsqlConnection(url);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
