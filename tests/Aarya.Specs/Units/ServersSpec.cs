using System.Globalization;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Npgsql;

namespace Aarya.Specs.Units;

/// <summary>The files for PostgreSQL and Redis on a server, read by the servers themselves and held against the memory.</summary>
public sealed class ServersSpec
{
    [Fact]
    public async Task postgresql_accepts_its_file_and_stays_within_its_memory()
    {
        Assert.SkipWhen(SmallPostgres.Programs is null, "PostgreSQL is not installed here, but runs in a container.");
        await using var server = await SmallPostgres.StartAsync(await FileAsync("deploy/postgres/aarya.conf"));
        await using var connection = await server.ConnectAsync();

        // The number of connections is given to this server as an argument.
        Assert.Equal("", await AskAsync(
            """
            select coalesce(string_agg(name || ': ' || error, '; '), '') from pg_file_settings
            where error is not null and name <> 'max_connections'
            """));
        // A value of a parameter may be an address or a name.
        Assert.Equal("0, 0", await AskAsync("select string_agg(setting, ', ') from pg_settings where name ~ '^log_parameter_max_length'"));
        // What an acknowledged order relies on.
        Assert.Equal("on, on, on", await AskAsync(
            "select string_agg(setting, ', ') from pg_file_settings where name in ('fsync', 'full_page_writes', 'synchronous_commit')"));
        Assert.Equal("0", await AskAsync("create extension pg_stat_statements; select count(*) from pg_stat_statements where calls < 0"));

        // A hundred queries that sort at once, beside every worker of autovacuum.
        var most = await AskAsync(
            """
            select (pg_size_bytes(current_setting('shared_buffers')) + 100 * pg_size_bytes(current_setting('work_mem'))
              + current_setting('autovacuum_max_workers')::int * pg_size_bytes(current_setting('maintenance_work_mem'))) / 1048576
            """);
        Assert.InRange(long.Parse(most, CultureInfo.InvariantCulture), 1, MemoryOfServer.Budget()["PostgreSQL"]);

        async Task<string> AskAsync(string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            return Convert.ToString(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken), CultureInfo.InvariantCulture)!;
        }
    }

    [Theory]
    [InlineData("deploy/redis/redis.conf", "noeviction", "yes", "Redis, state")]
    [InlineData("deploy/redis/redis-cache.conf", "allkeys-lru", "no", "Redis, cache")]
    public async Task redis_accepts_its_files_and_stays_within_its_memory(string file, string policy, string appends, string part)
    {
        // The place of its files is another one here.
        string[] placed = ["port", "bind", "dir", "logfile"];
        var settings = (await FileAsync(file)).Split('\n').Select(x => x.Split(' ')).Where(x => x[0].Length > 0 && x[0] != "#")
            .Where(x => !placed.Contains(x[0])).SelectMany(x => x.Select((word, at) => at == 0 ? $"--{word}" : word.Trim('"')));
        await using var redis = await RedisServer.StartAsync([.. settings]);

        Assert.Equal(policy, await ValueAsync("maxmemory-policy"));
        Assert.Equal(appends, await ValueAsync("appendonly"));
        Assert.Equal("", await ValueAsync("save"));
        var most = long.Parse(await ValueAsync("maxmemory"), CultureInfo.InvariantCulture) / (1024 * 1024);
        Assert.InRange(most, 1, MemoryOfServer.Budget()[part] - 32);

        async Task<string> ValueAsync(string name) => (string)(await redis.TellAsync("CONFIG", "GET", name))[1]!;
    }

    private static Task<string> FileAsync(string path) =>
        File.ReadAllTextAsync(Repository.PathOf(path), TestContext.Current.CancellationToken);
}
