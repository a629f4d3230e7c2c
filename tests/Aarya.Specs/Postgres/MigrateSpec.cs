using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Npgsql;

namespace Aarya.Specs.Postgres;

/// <summary>The command that an operator runs before a deploy.</summary>
public sealed class MigrateSpec : IAsyncLifetime
{
    private static readonly string[] Contexts = ["core", "commerce", "payment", "content", "search"];
    private SpecDatabase database = null!;

    public async ValueTask InitializeAsync() => database = await SpecDatabase.EmptyAsync();

    [Fact]
    public async Task what_is_missing_or_was_lost_is_pending_until_it_has_been_migrated()
    {
        var empty = await MigrateAsync("--check");
        Assert.Equal(1, empty.ExitCode);
        Assert.All(Contexts,
            x => Assert.Contains($"-- the login aarya_{x} and the schema {x} do not exist yet", empty.Output, StringComparison.Ordinal));
        Assert.Empty(await SchemasAsync());

        Assert.Equal(0, (await MigrateAsync()).ExitCode);
        await IsCurrentAsync();
        Assert.Equal(5, (await OnDatabaseAsync("""
            select rolname from pg_roles where rolname = any('{aarya_core,aarya_commerce,aarya_payment,aarya_content,aarya_search}')
              and 'idle_in_transaction_session_timeout=40s' = any(rolconfig)
            """)).Count);

        await OnDatabaseAsync("drop table commerce.stock cascade");
        var lost = await MigrateAsync("--check");
        Assert.Equal(1, lost.ExitCode);
        Assert.Contains("commerce   pending", lost.Output, StringComparison.Ordinal);
        Assert.Contains("CREATE TABLE IF NOT EXISTS commerce.stock ", lost.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("payment    current", lost.Output, StringComparison.Ordinal);
        // `--status` only reports, so that it does not fail.
        Assert.Equal(0, (await MigrateAsync("--status")).ExitCode);

        Assert.Equal(0, (await MigrateAsync()).ExitCode);
        await IsCurrentAsync();
    }

    [Fact]
    public async Task a_search_index_from_before_the_program_cut_its_words_keeps_its_rows()
    {
        Assert.Equal(0, (await MigrateAsync()).ExitCode);
        await OnDatabaseAsync(
            """
            alter table search.product drop column words, drop column word_rules, add column colours text not null default '',
              add column document tsvector generated always as (to_tsvector('simple'::regconfig, name || ' ' || colours)) stored;
            create index product_document on search.product using gin (document);
            create index product_colours on search.product (colours);
            insert into search.product
              (product_id, version, published, slug, name, description, category, image, price_minor, currency, published_at)
            values (gen_random_uuid(), 1, true, 'old', 'Black/White Shirt', '', 'shirts', '', 100, 'INR', now());
            """);
        Assert.Equal(1, (await MigrateAsync("--check")).ExitCode);

        Assert.Equal(0, (await MigrateAsync()).ExitCode);

        await IsCurrentAsync();
        Assert.Equal(["Black/White Shirt"], await OnDatabaseAsync("select name from search.product where words = '' and word_rules = 0"));
        Assert.Empty(await OnDatabaseAsync(
            "select column_name::text from information_schema.columns where table_schema = 'search' and column_name in ('document', "
            + "'colours')"));
    }

    [Fact]
    public async Task the_goods_of_a_shop_that_kept_no_code_are_clothing_afterwards()
    {
        Assert.Equal(0, (await MigrateAsync()).ExitCode);
        await OnDatabaseAsync("alter table commerce.variant drop column hsn_code");
        await OnDatabaseAsync(
            """
            insert into commerce.variant (sku, product_id, slug, name, size, colour, price_minor, currency, image, published)
            values ('TEE-S', gen_random_uuid(), 'tee', 'Tee', 'S', 'white', 50000, 'INR', '/tee.jpg', true)
            """);

        Assert.Equal(0, (await MigrateAsync()).ExitCode);

        Assert.Equal(["62"], await OnDatabaseAsync("select hsn_code from commerce.variant"));
    }

    [Fact]
    public async Task an_index_on_a_name_that_an_earlier_version_stored_is_built_on_todays()
    {
        Assert.Equal(0, (await MigrateAsync()).ExitCode);
        await OnDatabaseAsync(
            """
            drop index core.user_email_index;
            create unique index user_email_index on core.mt_doc_user using btree ((data ->> 'EmailIndex'));
            drop table core.stored_json;
            """);
        var old = await MigrateAsync("--check");
        Assert.Equal(1, old.ExitCode);
        Assert.Contains("-- the documents and events of core have the form of an earlier version", old.Output, StringComparison.Ordinal);

        Assert.Equal(0, (await MigrateAsync()).ExitCode);

        await IsCurrentAsync();
        var index = await OnDatabaseAsync("select indexdef from pg_indexes where schemaname = 'core' and indexname = 'user_email_index'");
        Assert.Contains("'emailIndex'", Assert.Single(index), StringComparison.Ordinal);
    }

    private async Task IsCurrentAsync()
    {
        var check = await MigrateAsync("--check");
        Assert.Equal((0, ""), (check.ExitCode, check.Error));
        Assert.All(Contexts, x => Assert.Contains($"{x,-10} current", check.Output, StringComparison.Ordinal));
        Assert.Equal(Contexts.Order(), await SchemasAsync());
    }

    private Task<ChildProgram> MigrateAsync(params string[] options) =>
        ChildProgram.AaryaAsync(["migrate", .. options], new Dictionary<string, string>
        {
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = "redis://127.0.0.1:1",
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
        });

    private Task<List<string>> SchemasAsync() =>
        OnDatabaseAsync(
            "select nspname from pg_namespace where nspname = any (string_to_array('core commerce payment content search', ' ')) order by "
            + "1");

    private async Task<List<string>> OnDatabaseAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(DatabaseUrl.Parse("DATABASE_URL", database.Url).ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var reader = await command.ExecuteReaderAsync();
        List<string> names = [];
        while (await reader.ReadAsync()) names.Add(reader.GetString(0));
        return names;
    }

    public ValueTask DisposeAsync() => database.DisposeAsync();
}
