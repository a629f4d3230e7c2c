using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Postgres;

public sealed class AdvisoryLockSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly string name = $"lock {Guid.NewGuid()}";

    [Fact]
    public async Task a_second_session_waits_until_the_transaction_of_the_first_ends()
    {
        await using var first = Open();
        await first.LockAsync(name, CancellationToken.None);
        await using var second = Open();
        var waiting = second.LockAsync(name, CancellationToken.None);
        Assert.False(await IsFreeAsync(name));
        Assert.True(await IsFreeAsync(name + "'"));
        Assert.False(waiting.IsCompleted);

        await first.DisposeAsync();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.False(await IsFreeAsync(name));
    }

    [Fact]
    public async Task the_lock_of_a_connection_and_that_of_a_transaction_are_one()
    {
        var pooled = Host.Services.GetRequiredService<ContextDatabases>().Of("commerce");
        var url = new NpgsqlConnectionStringBuilder(pooled) { Pooling = false };
        await using (var connection = new NpgsqlConnection(url.ConnectionString))
        {
            await connection.OpenAsync();
            await connection.LockAsync(name, CancellationToken.None);
            Assert.False(await IsFreeAsync(name));
        }

        await using var session = Open();
        await session.LockAsync(name, CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void no_other_code_asks_postgresql_for_an_advisory_lock()
    {
        var asking = Repository.Sources().Where(x => File.ReadAllText(x).Contains("pg_advisory", StringComparison.Ordinal)
            || File.ReadAllText(x).Contains("pg_try_advisory", StringComparison.Ordinal));
        Assert.Equal(["AdvisoryLock.cs"], asking.Select(x => Path.GetFileName(x)));
    }

    private IDocumentSession Open() => Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();

    private async Task<bool> IsFreeAsync(string about)
    {
        await using var session = Open();
        await session.BeginTransactionAsync(CancellationToken.None);
        await using var batch = new NpgsqlBatch(session.Connection) { BatchCommands = { AdvisoryLock.Trying(about) } };
        return await batch.ExecuteScalarAsync() is true;
    }
}
