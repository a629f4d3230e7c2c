using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Specs.Hosting;

/// <summary>What the real program prints when it cannot start: one line that names the cause, exit code 1, no stack.</summary>
public sealed class StartUpSpec(StartUpSpec.Servers servers) : IClassFixture<StartUpSpec.Servers>, IDisposable
{
    private const string Nowhere = "postgres://aarya:secret@127.0.0.1:1/aarya";

    private readonly DirectoryInfo sockets = Directory.CreateTempSubdirectory("aarya-start-");

    public void Dispose() => sockets.Delete(recursive: true);

    [Fact]
    public Task a_missing_database_url_is_named() =>
        RefusesAsync("DATABASE_URL is not set", new() { ["REDIS_URL"] = servers.Redis.Url });

    [Fact]
    public Task a_database_url_that_is_none_is_named() =>
        RefusesAsync("DATABASE_URL cannot be understood", Settings("DATABASE_URL", "nonsense"));

    [Fact]
    public Task a_database_that_does_not_answer_is_named_with_its_address() =>
        RefusesAsync("PostgreSQL does not answer at 127.0.0.1:1", Settings("DATABASE_URL", Nowhere));

    [Fact]
    public Task a_redis_that_does_not_answer_is_named_with_its_address() =>
        RefusesAsync("Redis does not answer at 127.0.0.1:1", Settings("REDIS_URL", "redis://127.0.0.1:1"));

    [Theory]
    [InlineData("REDIS_URL", "http://127.0.0.1:6379",
        "REDIS_URL cannot be understood (write redis://:password@host:6379): it begins with http://.")]
    [InlineData("REDIS_URL", "::", "REDIS_URL cannot be understood")]
    [InlineData("REDIS_CACHE_URL", "redis://", "REDIS_CACHE_URL cannot be understood")]
    [InlineData("REDIS_CACHE_URL", "redis://127.0.0.1:1", "correct REDIS_CACHE_URL")]
    public Task a_redis_url_that_is_none_is_named(string name, string value, string cause) =>
        RefusesAsync(cause, new(Gateway()) { [name] = value });

    [Fact]
    public Task a_login_that_postgresql_refuses_is_named() =>
        RefusesAsync("Check DATABASE_URL.",
            Settings("DATABASE_URL", new NpgsqlConnectionStringBuilder(servers.Database.Url) { Password = "wrong" }.ConnectionString));

    [Fact]
    public Task a_database_that_is_not_there_is_named() =>
        RefusesAsync("database \"nowhere\" does not exist. Create the database, or correct DATABASE_URL.",
            Settings("DATABASE_URL", new NpgsqlConnectionStringBuilder(servers.Database.Url) { Database = "nowhere" }.ConnectionString));

    [Fact]
    public async Task a_password_that_redis_refuses_is_named()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port},allowAdmin=true");
        await connection.GetDatabase().ExecuteAsync("CONFIG", "SET", "requirepass", "right");
        await RefusesAsync("(the password is wrong or missing)",
            new(Gateway()) { ["REDIS_URL"] = $"redis://:wrong@127.0.0.1:{redis.Port}" });
    }

    [Theory]
    [InlineData("REDIS_URL", "6.2.14", true)]
    [InlineData("REDIS_CACHE_URL", "6.2.14", true)]
    [InlineData("REDIS_URL", "unheard of", true)]
    [InlineData("REDIS_URL", "7.4.0", false)]
    public async Task a_redis_that_cannot_do_what_is_asked_of_it_is_named(string setting, string version, bool isOld)
    {
        await using var redis = new OtherRedis(version);
        await RefusesAsync(
            isOld
                ? $"The Redis at 127.0.0.1:{redis.Port} is version {version}: {setting} needs 7.0 or newer."
                : $"The Redis at 127.0.0.1:{redis.Port} does not support XAUTOCLAIM",
            new(Gateway()) { [setting] = $"redis://127.0.0.1:{redis.Port}" });
    }

    [Fact]
    public Task an_unknown_role_is_answered_with_the_roles() =>
        RefusesAsync("AARYA_ROLES names 'warehouse': the roles are all, gateway, core, commerce, payment, content, search.",
            Settings("AARYA_ROLES", "commerce warehouse"));

    [Fact]
    public Task a_setting_that_must_be_a_number_is_named_with_its_bounds() =>
        RefusesAsync("DATABASE_POOL_SIZE is 'many': it must be a whole number from 2 to 500.", Settings("DATABASE_POOL_SIZE", "many"));

    [Theory]
    [InlineData("AARYA_RATE_LIMIT", "1000000", "AARYA_RATE_LIMIT is '1000000': it must be a whole number from 0 to 100000.")]
    [InlineData("ORDER_HOLD_MINUTES", "0", "ORDER_HOLD_MINUTES is '0': it must be a whole number from 1 to 1440.")]
    [InlineData("AARYA_SOLO", "yes", "AARYA_SOLO is 'yes': it must be true or false.")]
    [InlineData("REDIS_URL", "redis://127.0.0.1:0", "REDIS_URL cannot be understood (write redis://:password@host:6379): its port is 0.")]
    [InlineData("REDIS_URL", "redis://127.0.0.1:1/5", "it names a database, /5, and only 0 is used.")]
    [InlineData("AARYA_MESH_SECRET", "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY\nMDEyMzQ1Njc4OWFi", "AARYA_MESH_SECRET must be one line")]
    [InlineData("AARYA_MESH_SECRET", "\u00fcber-secret-of-more-than-thirty-two-characters", "AARYA_MESH_SECRET must be one line")]
    [InlineData("DATABASE_URL", "postgres://a:b@127.0.0.1/c?Minimum Pool Size=9&Maximum Pool Size=3",
        "its Minimum Pool Size is 9 and its Maximum Pool Size 3.")]
    public Task a_value_that_does_not_work_is_named_by_every_role(string name, string value, string cause) =>
        RefusesAsync(cause, new(Settings(name, value)) { ["AARYA_ROLES"] = name == "DATABASE_URL" ? "commerce" : "gateway" });

    [Fact]
    public Task a_secret_file_that_cannot_be_read_is_named() =>
        RefusesAsync("DATABASE_POOL_SIZE_FILE names /nowhere/size", Settings("DATABASE_POOL_SIZE_FILE", "/nowhere/size"));

    [Fact]
    public Task a_taken_port_is_named() =>
        RefusesAsync($"Failed to bind to address http://127.0.0.1:{servers.Redis.Port}", Gateway(), "--urls",
            $"http://127.0.0.1:{servers.Redis.Port}");

    [Theory]
    [InlineData("nonsense")]
    [InlineData("http://unix:relative/path.sock")]
    [InlineData("http://127.0.0.1:http")]
    [InlineData("http://127.0.0.1:-1")]
    [InlineData("http://127.0.0.1:65536")]
    [InlineData("https://unix:/nowhere/gateway.sock")]
    public Task an_address_that_is_none_is_named(string url) =>
        RefusesAsync($"Invalid url: '{url}'. Write --urls http://host:port, https://host:port, http://unix:/path or h2c://host:port.",
            Gateway(), "--urls", url);

    [Fact]
    public Task a_context_has_its_own_socket_and_no_other() =>
        RefusesAsync("Write --urls http://host:port, https://host:port or h2c://host:port.",
            new(Settings("AARYA_URLS", "http://unix:/nowhere/commerce.sock")) { ["AARYA_ROLES"] = "commerce" });

    [Fact]
    public Task a_socket_that_cannot_be_made_is_named() =>
        RefusesAsync("/proc/nowhere/gateway.sock", Gateway(), "--urls", "http://unix:/proc/nowhere/gateway.sock");

    [Fact]
    public Task a_command_that_finds_no_database_says_so_as_shortly() =>
        RefusesAsync("PostgreSQL does not answer at 127.0.0.1:1", Settings("DATABASE_URL", Nowhere), "migrate", "--status");

    [Theory]
    [InlineData("core", "JWT_SECRET is not set")]
    [InlineData("content", "SMTP_URL is not set")]
    [InlineData("payment", "PAYMENT_PROVIDER_URL is not set")]
    public Task production_has_no_default_for_what_must_be_its_own(string role, string cause) =>
        RefusesAsync(cause, Production(role));

    [Theory]
    [InlineData("core", "JWT_SECRET", "no key", "JWT_SECRET")]
    [InlineData("content", "SMTP_URL", "post office", "SMTP_URL cannot be understood")]
    [InlineData("content", "SMTP_URL", "smtp:mail.example.com:587", "SMTP_URL cannot be understood")]
    [InlineData("payment", "PAYMENT_PROVIDER_URL", "https://bank.example/api", "'https://bank.example/api': it must have no path.")]
    [InlineData("payment", "PAYMENT_PROVIDER_URL", "the bank", "PAYMENT_PROVIDER_URL is 'the bank': it must be an http or https URL.")]
    [InlineData("commerce", "ENCRYPTION_KEY", "sesame", "ENCRYPTION_KEY is not a list of keys")]
    [InlineData("commerce", "ENCRYPTION_KEY", "", "ENCRYPTION_KEY is not set")]
    [InlineData("gateway", "COMMERCE_URL", "the shop", "COMMERCE_URL is 'the shop'")]
    public Task a_setting_that_makes_no_sense_is_named(string role, string name, string value, string cause) =>
        RefusesAsync(cause, new(Production(role)) { [name] = value });

    [Fact]
    public Task a_gateway_keeps_nothing_and_needs_no_key_to_seal_it_with() =>
        RefusesAsync("COMMERCE_URL is 'the shop'", new(Production("gateway")) { ["ENCRYPTION_KEY"] = "", ["COMMERCE_URL"] = "the shop" });

    [Fact]
    public async Task production_refuses_a_redis_that_would_evict_carts()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"127.0.0.1:{redis.Port},allowAdmin=true");
        await connection.GetDatabase().ExecuteAsync("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", redis.Url)]).Build();
        await using var connections = new RedisConnections(configuration);

        await StartAsync("Development");
        var refused = await Assert.ThrowsAsync<StartupException>(() => StartAsync("Production"));
        Assert.Contains("maxmemory-policy noeviction", refused.Message, StringComparison.Ordinal);

        Task StartAsync(string environment) =>
            new RedisAtStart(connections, new HostingEnvironment { EnvironmentName = environment }, NullLogger<RedisAtStart>.Instance)
                .StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task a_start_that_is_asked_to_end_ends_without_an_error()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var database = $"postgres://aarya:secret@{silent.LocalEndpoint}/aarya";
        var settings = Settings("DATABASE_URL", database);
        settings["AARYA_ROLES"] = "commerce";
        var start = ChildProgram.Aarya([], settings);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var program = Process.Start(start)!;
        var ended = ChildProgram.EndAsync(program);
        // The first step of the start waits for an answer now.
        using var asking = await silent.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        using var kill = Process.Start("kill", ["-TERM", program.Id.ToString(CultureInfo.InvariantCulture)]);
        var (code, output, error) = await ended;

        Assert.True(code == 0, $"{code}: {output} {error}");
        Assert.Equal("", error);
    }

    // The gateway opens its listener last, and gets that far without joining the specs' own nodes on their database.
    private Dictionary<string, string> Gateway() => Settings("AARYA_ROLES", "gateway");

    private Dictionary<string, string> Production(string role) => new(Settings("AARYA_ROLES", role))
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Production",
        ["ENCRYPTION_KEY"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    };

    private Dictionary<string, string> Settings(string name, string value) => new()
    {
        ["DATABASE_URL"] = servers.Database.Url,
        ["REDIS_URL"] = servers.Redis.Url,
        ["AARYA_SOCKET_DIR"] = sockets.FullName,
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        [name] = value,
    };

    private static async Task RefusesAsync(string cause, Dictionary<string, string> settings, params string[] arguments)
    {
        var program = await ChildProgram.AaryaAsync(arguments, settings);
        Assert.Equal(1, program.ExitCode);
        var line = Assert.Single(program.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("aarya: ", line, StringComparison.Ordinal);
        Assert.Contains(cause, line, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", program.Output, StringComparison.Ordinal);
    }

    public sealed class Servers : IAsyncLifetime
    {
        public SpecDatabase Database { get; private set; } = null!;

        public RedisServer Redis { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            (Database, Redis) = (await SpecDatabase.EmptyAsync(), await RedisServer.StartAsync());
            // In production the settings are checked after the schemas.
            var migrated =
                await ChildProgram.AaryaAsync(["migrate"],
                    new Dictionary<string, string>
                    {
                        ["DATABASE_URL"] = Database.Url,
                        ["REDIS_URL"] = Redis.Url,
                        ["ASPNETCORE_ENVIRONMENT"] = "Development",
                    });
            Assert.True(migrated.ExitCode == 0, migrated.Error);
        }

        public async ValueTask DisposeAsync()
        {
            await Redis.DisposeAsync();
            await Database.DisposeAsync();
        }
    }
}
