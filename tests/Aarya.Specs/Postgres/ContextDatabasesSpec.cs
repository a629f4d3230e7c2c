using Aarya.Infrastructure.Postgres;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Aarya.Specs.Postgres;

public sealed class ContextDatabasesSpec
{
    [Fact]
    public void a_context_logs_in_as_itself_with_a_small_pool_and_short_patience()
    {
        var core = Of("core", new() { ["DATABASE_URL"] = "postgres://owner:secret@db:5433/shop" });
        Assert.Equal(("aarya_core", "db", 5433, "shop"), (core.Username, core.Host, core.Port, core.Database));
        Assert.NotEqual("secret", core.Password);
        Assert.Equal((20, 5, 20), (core.MaxPoolSize, core.Timeout, core.CommandTimeout));
    }

    [Fact]
    public void what_the_url_says_of_the_pool_counts_more_than_the_setting()
    {
        var core = Of("core", new() { ["DATABASE_URL"] = "postgres://owner:secret@db/shop?Maximum%20Pool%20Size=7&Timeout=9", ["DATABASE_POOL_SIZE"] = "50" });
        Assert.Equal((7, 9), (core.MaxPoolSize, core.Timeout));
    }

    [Fact]
    public void a_context_may_have_a_server_of_its_own()
    {
        var payment = Of("payment", new() { ["DATABASE_URL"] = "postgres://owner:secret@db/shop", ["PAYMENT_DATABASE_URL"] = "postgres://teller:vault@safe/money", ["DATABASE_POOL_SIZE"] = "50" });
        Assert.Equal(("teller", "vault", "safe", "money", 50), (payment.Username, payment.Password, payment.Host, payment.Database, payment.MaxPoolSize));
    }

    private static NpgsqlConnectionStringBuilder Of(string role, Dictionary<string, string?> settings) =>
        new(new ContextDatabases(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Of(role));
}
