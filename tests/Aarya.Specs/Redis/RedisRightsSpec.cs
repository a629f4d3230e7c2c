using System.Text.RegularExpressions;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Aarya.Specs.Redis;

/// <summary>
/// What the program may do in Redis. All other specs show that it is enough: they run with this login, and a spec fails when its server
/// has refused the login anything (see <see cref="RedisServer"/>).
/// </summary>
public sealed partial class RedisRightsSpec : IAsyncLifetime
{
    private RedisServer server = null!;

    public async ValueTask InitializeAsync() => server = await RedisServer.StartAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task the_line_for_operators_gives_the_rights_of_the_specs()
    {
        var page = await File.ReadAllTextAsync(Repository.PathOf("docs/operations.md"), TestContext.Current.CancellationToken);
        var line = Line().Match(page).Groups["rules"].Value.Replace("\\\n", " ", StringComparison.Ordinal);

        Assert.Equal(RedisRights.Rules, line.Split([' ', '\''], StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void every_command_of_a_script_is_among_the_rights()
    {
        var files = Repository.Sources().Concat(Directory.EnumerateFiles(Repository.PathOf("src"), "*.lua", SearchOption.AllDirectories));
        var called = files.SelectMany(x => Called().Matches(File.ReadAllText(x)))
            .Select(x => x.Groups["command"].Value.ToLowerInvariant()).ToHashSet();

        Assert.Contains("hset", called);
        Assert.DoesNotContain(called, x => !RedisRights.Rules.Any(rule => rule.Split('|')[0] == $"+{x}"));
    }

    [Theory]
    [InlineData("FLUSHALL")]
    [InlineData("FLUSHDB")]
    [InlineData("CONFIG", "SET", "maxmemory", "1")]
    [InlineData("CONFIG", "GET", "requirepass")]
    [InlineData("KEYS", "*")]
    [InlineData("SHUTDOWN", "NOSAVE")]
    [InlineData("REPLICAOF", "127.0.0.1", "1")]
    [InlineData("ACL", "LIST")]
    [InlineData("ACL", "SETUSER", "aarya", "+@all")]
    [InlineData("CLIENT", "KILL", "USER", "default")]
    [InlineData("CLIENT", "PAUSE", "1")]
    [InlineData("MONITOR")]
    [InlineData("SCRIPT", "FLUSH")]
    [InlineData("FUNCTION", "LIST")]
    [InlineData("SAVE")]
    [InlineData("XGROUP", "DESTROY", "stream:{0}:order_events", "payment")]
    [InlineData("GET", "another:key")]
    [InlineData("SET", "cartwheel", "1")]
    [InlineData("DEL", "another:key")]
    [InlineData("EVAL", "return redis.call('GET', KEYS[1])", "1", "another:key")]
    [InlineData("EVAL", "return redis.call('GET', 'another:key')", "0")]
    [InlineData("EVAL", "return redis.call('FLUSHALL')", "0")]
    [InlineData("PUBLISH", "another", "news")]
    [InlineData("SORT", "cart:{0}:x", "BY", "another:*")]
    public async Task what_the_program_does_not_need_it_may_not_do(string command, params string[] arguments)
    {
        server.MayRefuse = true;
        await using var login = await ConnectionMultiplexer.ConnectAsync(new ConfigurationOptions
        {
            EndPoints = { { "127.0.0.1", server.Port } },
            User = "aarya",
            Password = RedisConnections.OptionsFor(server.Url, "spec").Password,
            AllowAdmin = true,
        });

        var refused = await Assert.ThrowsAsync<RedisServerException>(() => login.GetDatabase().ExecuteAsync(command, [.. arguments]));

        Assert.Matches("^(NOPERM|ERR The user executing the script can't|ERR ACL failure)", refused.Message);
    }

    [Theory]
    [InlineData("-xadd -xautoclaim", "lacks +xadd +xautoclaim (")]
    [InlineData("-xinfo", "lacks +xinfo|groups +xinfo|consumers (")]
    [InlineData("-hset -publish", "lacks +hset +publish (")]
    [InlineData("resetkeys ~session:* ~cart:* ~idem:* ~stream:* ~lock:* ~cache:* ~metrics:*", "lacks ~rate:* (")]
    [InlineData("resetchannels &hub*", "lacks &order_changed (")]
    [InlineData("-eval -evalsha", "'eval' command")]
    [InlineData("-info", "'info' command")]
    public async Task a_login_with_too_few_rights_ends_the_start_with_a_line_that_names_what_is_missing(string less, string said)
    {
        server.MayRefuse = true;
        await server.TellAsync("ACL", ["SETUSER", "aarya", .. less.Split(' ')]);

        var refused = await Assert.ThrowsAsync<StartupException>(StartAsync);

        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"127.0.0.1:{server.Port}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refused.Message);
    }

    [Fact]
    public async Task a_login_with_these_rights_or_all_rights_is_enough_to_start()
    {
        await StartAsync();
        await server.TellAsync("ACL", "SETUSER", "aarya", "allkeys", "allchannels", "+@all");
        await StartAsync();
    }

    private async Task StartAsync()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", server.Url)]).Build();
        await using var connections = new RedisConnections(configuration);
        var production = new HostingEnvironment { EnvironmentName = "Production" };
        var step = new RedisAtStart(connections, production, NullLogger<RedisAtStart>.Instance);
        await step.StartAsync(TestContext.Current.CancellationToken);
    }

    [GeneratedRegex(@"ACL SETUSER aarya on '>[^']+' \\\n(?<rules>(?:.*\\\n)*.*)\n")]
    private static partial Regex Line();

    [GeneratedRegex(@"redis\.call\('(?<command>[A-Za-z]+)'")]
    private static partial Regex Called();
}
