using System.Diagnostics;
using System.Security.Cryptography;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Npgsql;

namespace Aarya.Specs.Hosting;

/// <summary>Every command that walks whole tables, run twice at the same time.</summary>
public sealed class CommandsAtOnceSpec : IAsyncLifetime
{
    private readonly string encryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private SpecDatabase database = null!;
    private RedisServer redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.EmptyAsync();
        redis = await RedisServer.StartAsync();
    }

    [Fact]
    public async Task two_migrations_of_an_empty_database_both_leave_it_current()
    {
        Assert.All(await Task.WhenAll(RunAsync("migrate"), RunAsync("migrate")), WentWell);

        WentWell(await RunAsync("migrate", "--check"));
        Assert.All(await Task.WhenAll(RunAsync("migrate"), RunAsync("migrate")), WentWell);
    }

    [Fact]
    public async Task two_seeds_of_an_empty_database_fill_one_shop()
    {
        Assert.All(await Task.WhenAll(RunAsync("seed"), RunAsync("seed")), WentWell);

        Assert.Equal(4, await OnDatabaseAsync("select count(*) from core.mt_doc_user"));
        Assert.Equal(0, await OnDatabaseAsync(
            "select count(*) from (select sku from commerce.stock_ledger where reason = 'opening' group by sku having count(*) > 1) "
            + "twice"));
        var products = await OnDatabaseAsync("select count(*) from commerce.mt_doc_product");
        WentWell(await RunAsync("seed"));
        Assert.Equal(products, await OnDatabaseAsync("select count(*) from commerce.mt_doc_product"));
    }

    [Theory]
    [InlineData("reindex", "search.product", "aarya: another refill of the index has been running since ")]
    [InlineData("rotate-keys", "core.mt_doc_user", "aarya: another rotate-keys is running on core: wait until it ends.")]
    public async Task while_one_runs_the_other_is_told_so_and_changes_nothing(string command, string table, string line)
    {
        WentWell(await RunAsync("seed"));
        Task<ChildProgram> first;
        await using (var connection = await OpenAsync())
        await using (var held = await connection.BeginTransactionAsync(Cancellation))
        {
            // The first run waits for this table in the middle of its work.
            await using var lockTable = new NpgsqlCommand($"lock table {table} in access exclusive mode", connection, held);
            await lockTable.ExecuteNonQueryAsync(Cancellation);
            first = RunAsync(command);
            await UntilItWaitsAsync(first);

            var second = await RunAsync(command);

            Assert.Equal(1, second.ExitCode);
            var told = Assert.Single(second.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
            Assert.StartsWith(line, told, StringComparison.Ordinal);
            Assert.False(first.IsCompleted);
        }

        WentWell(await first);
        // The turn ends with the run.
        WentWell(await RunAsync(command));
    }

    [Fact]
    public async Task a_run_that_was_killed_leaves_the_turn_to_the_next()
    {
        WentWell(await RunAsync("migrate"));
        await using (var connection = await OpenAsync())
        await using (var held = await connection.BeginTransactionAsync(Cancellation))
        {
            await using var lockTable = new NpgsqlCommand("lock table core.mt_doc_user in access exclusive mode", connection, held);
            await lockTable.ExecuteNonQueryAsync(Cancellation);
            using var killed = Process.Start(ChildProgram.Aarya(["rotate-keys"], Settings()))!;
            await UntilItWaitsAsync(killed.WaitForExitAsync(Cancellation));
            killed.Kill();
            await killed.WaitForExitAsync(Cancellation);
        }

        WentWell(await RunAsync("rotate-keys"));
    }

    private Task UntilItWaitsAsync(Task running) => Eventually.HoldsAsync("the command waits for the locked table", async () =>
    {
        Assert.False(running.IsCompleted, "the command ended before it reached the locked table");
        return await OnDatabaseAsync("select count(*) from pg_locks where not granted and locktype = 'relation'") > 0;
    }, TimeSpan.FromSeconds(60));

    private static void WentWell(ChildProgram run) => Assert.Equal((0, ""), (run.ExitCode, run.Error));

    private Task<ChildProgram> RunAsync(params string[] arguments) => ChildProgram.AaryaAsync(arguments, Settings());

    private Dictionary<string, string> Settings() => new()
    {
        ["DATABASE_URL"] = database.Url,
        ["REDIS_URL"] = redis.Url,
        ["ENCRYPTION_KEY"] = encryptionKey,
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
    };

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = new NpgsqlConnection(DatabaseUrl.Parse("DATABASE_URL", database.Url).ConnectionString);
        await connection.OpenAsync(Cancellation);
        return connection;
    }

    private async Task<long> OnDatabaseAsync(string sql)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync(Cancellation))!;
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await database.DisposeAsync();
    }
}
