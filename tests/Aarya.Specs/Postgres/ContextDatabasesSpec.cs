using Aarya.Infrastructure.Postgres;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace Aarya.Specs.Postgres;

public sealed class ContextDatabasesSpec
{
    [Fact]
    public void a_context_logs_in_as_itself_with_a_small_pool_and_bounded_patience()
    {
        var core = Of("core", new() { ["DATABASE_URL"] = "postgres://owner:secret@db:5433/shop" });
        Assert.Equal(("aarya_core", "db", 5433, "shop"), (core.Username, core.Host, core.Port, core.Database));
        Assert.NotEqual("secret", core.Password);
        Assert.Equal((10, 15, 20), (core.MaxPoolSize, core.Timeout, core.CommandTimeout));
    }

    [Fact]
    public void what_the_url_says_of_the_pool_counts_more_than_the_setting()
    {
        var core = Of("core",
            new()
            {
                ["DATABASE_URL"] = "postgres://owner:secret@db/shop?Maximum%20Pool%20Size=7&Timeout=9",
                ["DATABASE_POOL_SIZE"] = "50",
            });
        Assert.Equal((7, 9), (core.MaxPoolSize, core.Timeout));
    }

    [Fact]
    public void a_context_may_have_a_server_of_its_own()
    {
        var payment = Of("payment",
            new()
            {
                ["DATABASE_URL"] = "postgres://owner:secret@db/shop",
                ["PAYMENT_DATABASE_URL"] = "postgres://teller:vault@safe/money",
                ["DATABASE_POOL_SIZE"] = "50",
            });
        Assert.Equal(("teller", "vault", "safe", "money", 50),
            (payment.Username, payment.Password, payment.Host, payment.Database, payment.MaxPoolSize));
    }

    [Fact]
    public void statements_are_prepared_by_themselves_but_not_through_a_pooler_that_does_not_say_that_it_can()
    {
        const string Url = "postgres://owner:secret@db:5432/shop", Pooler = "postgres://owner:secret@pooler:6432/shop";

        Assert.Equal((200, 2), PreparedOf("core", new() { ["DATABASE_URL"] = Url }));
        Assert.Equal((200, 2), PreparedOf("core", new() { ["DATABASE_URL"] = Url, ["DATABASE_DIRECT_URL"] = Url }));
        Assert.Equal(0, PreparedOf("core", new() { ["DATABASE_URL"] = Pooler, ["DATABASE_DIRECT_URL"] = Url }).Statements);
        const string Able = $"{Pooler}?Max Auto Prepare=300";
        Assert.Equal(300, PreparedOf("core", new() { ["DATABASE_URL"] = Able, ["DATABASE_DIRECT_URL"] = Url }).Statements);
        Assert.Equal(0, PreparedOf("core", new() { ["DATABASE_URL"] = $"{Url}?Max Auto Prepare=0" }).Statements);
        // A context on a server of its own is not behind the pooler of the others.
        Dictionary<string, string?> apart = new()
        {
            ["DATABASE_URL"] = Pooler,
            ["DATABASE_DIRECT_URL"] = Url,
            ["PAYMENT_DATABASE_URL"] = "postgres://teller:vault@safe/money",
        };
        Assert.Equal((200, 2), PreparedOf("payment", apart));
        // A context may be behind a pooler of its own.
        apart["PAYMENT_DATABASE_DIRECT_URL"] = "postgres://teller:vault@behind/money";
        Assert.Equal(0, PreparedOf("payment", apart).Statements);
        Assert.Equal("behind", new NpgsqlConnectionStringBuilder(Databases(apart).DirectOf("payment")).Host);
        apart.Remove("PAYMENT_DATABASE_URL");
        var refused = Assert.Throws<StartupException>(() => Of("payment", apart));
        Assert.Contains("PAYMENT_DATABASE_URL is not", refused.Message, StringComparison.Ordinal);

        static (int Statements, int Usages) PreparedOf(string role, Dictionary<string, string?> settings)
        {
            var built = Of(role, settings);
            return (built.MaxAutoPrepare, built.AutoPrepareMinUsages);
        }
    }

    [Fact]
    public void a_minimum_pool_size_above_the_usual_maximum_raises_it()
    {
        const string Url = "postgres://owner:secret@db/shop?Minimum Pool Size=50";
        var core = Of("core", new() { ["DATABASE_URL"] = Url, ["DATABASE_POOL_SIZE"] = "10" });
        Assert.Equal((50, 50), (core.MinPoolSize, core.MaxPoolSize));
    }

    [Fact]
    public void a_process_whose_contexts_have_logins_of_their_own_needs_no_other_one()
    {
        Dictionary<string, string?> own = new() { ["PAYMENT_DATABASE_URL"] = "postgres://teller:vault@safe:5433/money" };
        using var databases = Databases(own);
        Assert.Equal("teller", new NpgsqlConnectionStringBuilder(databases.DirectOf("payment")).Username);
        Assert.Equal(("safe:5433", "PAYMENT_DATABASE_URL"), (databases.HostOf("payment"), databases.SettingOf("payment")));
        Assert.Equal((200, 2), (Of("payment", own).MaxAutoPrepare, Of("payment", own).AutoPrepareMinUsages));

        foreach (var needsMore in new Action[] { () => databases.Of("core"), () => _ = databases.Administrator })
            Assert.StartsWith("DATABASE_URL is not set: ", Assert.Throws<StartupException>(needsMore).Message, StringComparison.Ordinal);
    }

    private static ContextDatabases Databases(Dictionary<string, string?> settings) =>
        new(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    private static NpgsqlConnectionStringBuilder Of(string role, Dictionary<string, string?> settings)
    {
        using var databases = Databases(settings);
        return new(databases.Of(role));
    }
}
