using System.Text;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.CorePlatform.Sessions;

public sealed class AccountKeySpec(AaryaFixture fixture) : CoreSpec(fixture)
{
    private ContextDatabases Databases => Host.Services.GetRequiredService<ContextDatabases>();

    private Sealer Sealer => Host.Services.GetRequiredService<Sealer>();

    [Fact]
    public async Task it_lies_sealed_and_one_that_lay_in_clear_is_sealed_and_stays_the_same()
    {
        var key = await AccountKey.ReadAsync(Databases, Sealer, Cancellation);
        Assert.StartsWith("sealed:", await KeptAsync(), StringComparison.Ordinal);

        await SqlAsync("update core.account_key set secret = $1 where purpose = 'accounts'", key);
        Assert.Equal(key, await AccountKey.ReadAsync(Databases, Sealer, Cancellation));
        Assert.StartsWith("sealed:", await KeptAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task without_the_key_that_it_is_sealed_with_nothing_starts()
    {
        await AccountKey.ReadAsync(Databases, Sealer, Cancellation);
        var other = new Sealer(EncryptionKeys.Parse($"other:{Convert.ToBase64String(new byte[32])}"));
        var refused = await Assert.ThrowsAsync<StartupException>(() => AccountKey.ReadAsync(Databases, other, Cancellation));
        Assert.Contains("ENCRYPTION_KEY", refused.Message, StringComparison.Ordinal);
    }

    private async Task<string> KeptAsync() =>
        Encoding.Latin1.GetString((byte[])(await SqlAsync("select secret from core.account_key where purpose = 'accounts'"))!);

    private async Task<object?> SqlAsync(string sql, params byte[][] values)
    {
        await using var connection = new NpgsqlConnection(Databases.Of(Features.Roles.Core));
        await connection.OpenAsync(Cancellation);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync(Cancellation);
    }
}
