using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Roles;

public sealed class SchemaIsolationSpec(AaryaFixture fixture) : Spec(fixture)
{
    public static TheoryData<string, string> Pairs
    {
        get
        {
            var pairs = new TheoryData<string, string>();
            foreach (var own in Features.Roles.Contexts)
                foreach (var other in Features.Roles.Contexts.Where(x => x != own))
                    pairs.Add(own, other);
            return pairs;
        }
    }

    [Theory]
    [MemberData(nameof(Pairs))]
    public async Task a_context_cannot_read_or_write_the_schema_of_another(string own, string other)
    {
        await using var connection = new NpgsqlConnection(Host.Services.GetRequiredService<ContextDatabases>().Of(own));
        await connection.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(0L, await ScalarAsync(connection, $"select count(*) from {own}.wolverine_outgoing_envelopes where id is null"));
        foreach (var sql in new[]
        {
            $"select 1 from {other}.wolverine_outgoing_envelopes",
            $"create table {other}.intruder(id int)",
            "create table public.intruder(id int)",
        })
        {
            var refused = await Assert.ThrowsAsync<PostgresException>(() => ScalarAsync(connection, sql));
            Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }
}
