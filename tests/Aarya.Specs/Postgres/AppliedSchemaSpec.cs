using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Postgres;

/// <summary>A process that starts compares a schema with its definition unless it is recorded that it has this definition.</summary>
public sealed class AppliedSchemaSpec : IAsyncLifetime
{
    private SpecDatabase database = null!;
    private WebApplication app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Migrations Migrations => app.Services.GetRequiredService<Migrations>();

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        app = AaryaHost.Build(["--environment=Development", $"--roles={string.Join(',', Features.Roles.Contexts)}",
            $"--DATABASE_URL={database.Url}", "--REDIS_URL=redis://127.0.0.1:1"], Modules.All);
    }

    [Fact]
    public async Task what_was_changed_by_hand_is_seen_by_a_migration_and_not_by_a_start()
    {
        await RunAsync("drop table search.purchase cascade");

        await Migrations.ApplyUnlessRecordedAsync(Cancel);
        Assert.Null(await AskAsync("select to_regclass('search.purchase')::text"));

        await Migrations.ApplyAsync(Cancel);
        Assert.NotNull(await AskAsync("select to_regclass('search.purchase')::text"));
    }

    [Fact]
    public async Task a_start_with_a_definition_that_is_not_recorded_compares()
    {
        await RunAsync("drop table search.purchase cascade");
        await RunAsync("delete from search.applied_schema");

        await Migrations.ApplyUnlessRecordedAsync(Cancel);

        Assert.NotNull(await AskAsync("select to_regclass('search.purchase')::text"));
        Assert.Equal(1L, await AskAsync("select count(*) from search.applied_schema"));
    }

    [Fact]
    public async Task a_change_removes_the_records_of_other_definitions_and_a_comparison_without_a_difference_keeps_them()
    {
        await RunAsync("insert into search.applied_schema (definition) values ('of another version')");

        await Migrations.ApplyAsync(Cancel);
        Assert.Equal(2L, await AskAsync("select count(*) from search.applied_schema"));

        await RunAsync("drop table search.purchase cascade");
        await Migrations.ApplyAsync(Cancel);
        Assert.Equal(0L, await AskAsync("select count(*) from search.applied_schema where definition = 'of another version'"));
        Assert.Equal(1L, await AskAsync("select count(*) from search.applied_schema"));
    }

    private async Task RunAsync(string sql) => await AskAsync(sql);

    private async Task<object?> AskAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(database.Url);
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Cancel) is var value and not DBNull ? value : null;
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await database.DisposeAsync();
    }
}
