using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace Aarya.Specs.Messaging;

/// <summary>The errors of a real Redis in each kind of outage, all of which the program treats as one.</summary>
public sealed class RedisOutageSpec
{
    public static TheoryData<string> Troubles => [.. RedisTrouble.All.Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(Troubles))]
    public async Task what_redis_cannot_do_now_is_away(string name)
    {
        var trouble = RedisTrouble.Of(name);
        await using var server = await RedisServer.StartAsync(RedisTrouble.Settings);
        await using var redis = LoggedInTo(server);
        foreach (var write in Writes) await write(redis.StateConnection.GetDatabase());

        await trouble.BeginAsync(server);
        List<Exception> refused = [.. await RefusedAsync(redis.StateConnection.GetDatabase())];
        // The client may have noticed the outage in the meantime, and report it with errors of its own.
        await server.Database.PingQuietlyAsync();
        refused.AddRange(await RefusedAsync(redis.StateConnection.GetDatabase()));
        await trouble.EndAsync(server);

        Assert.All(refused, x => Assert.True(Outage.Is(x), $"{x}"));
        if (name is not ("NOAUTH" or "paused" or "killed"))
            Assert.Contains(refused, x => x.Message.StartsWith(name, StringComparison.OrdinalIgnoreCase));
        foreach (var write in Writes) await SucceedsAgainAsync(() => write(redis.StateConnection.GetDatabase()));
    }

    [Fact]
    public async Task a_server_that_takes_no_more_clients_is_away()
    {
        await using var server = await RedisServer.StartAsync();
        await server.TellAsync("CONFIG", "SET", "maxclients", "1");
        await using var redis = LoggedInTo(server);

        var refused = await Assert.ThrowsAnyAsync<Exception>(() => Writes[0](redis.StateConnection.GetDatabase()));

        Assert.True(Outage.Is(refused), $"{refused}");
    }

    [Fact]
    public async Task a_login_that_may_not_do_something_now_is_away()
    {
        await using var server = await RedisServer.StartAsync();
        server.MayRefuse = true;
        await server.TellAsync("ACL", "SETUSER", "aarya", "-set", "-hset", "-xadd");
        await using var redis = LoggedInTo(server);

        foreach (var write in Writes)
        {
            var refused = await Assert.ThrowsAnyAsync<Exception>(() => write(redis.StateConnection.GetDatabase()));
            Assert.True(Outage.Is(refused), $"{refused}");
        }
    }

    [Fact]
    public async Task a_command_that_cannot_succeed_is_no_outage()
    {
        await using var server = await RedisServer.StartAsync();
        var redis = server.Database;
        await redis.StringSetAsync("text", "1");

        foreach (var attempt in new Func<Task>[]
        {
            () => redis.HashSetAsync("text", "field", 1),
            () => redis.ExecuteAsync("NOSUCHCOMMAND"),
            () => redis.ScriptEvaluateAsync("return redis.call('HSET', 'text', 'field', 1)"),
            () => redis.ScriptEvaluateAsync("this is no script"),
            () => redis.StreamReadGroupAsync("nothing", "nobody", "me", ">"),
            () => redis.StringSetAsync("", RedisValue.Null, TimeSpan.FromMilliseconds(-1)),
        })
        {
            var refused = await Assert.ThrowsAnyAsync<Exception>(attempt);
            Assert.False(Outage.Is(refused), $"{refused}");
        }
    }

    [Theory]
    [InlineData("CLUSTERDOWN Hash slot not served")]
    [InlineData("TRYAGAIN Multiple keys request during rehashing of slot")]
    [InlineData("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.")]
    [InlineData("NOREPLICAS Not enough good replicas to write.")]
    [InlineData("BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.")]
    [InlineData("UNBLOCKED force unblock from blocking operation, instance state changed (master -> replica?)")]
    [InlineData("ERR max number of clients reached")]
    [InlineData("EXECABORT Transaction discarded because of previous errors.")]
    [InlineData("LOADING Redis is loading the dataset in memory")]
    public void what_a_cluster_or_a_standby_says_for_a_time_is_away(string message) => Assert.True(Outage.Is(Said(message)));

    [Theory]
    [InlineData("BUSYGROUP Consumer Group name already exists")]
    [InlineData("BUSYKEY Target key name already exists.")]
    [InlineData("WRONGTYPE Operation against a key holding the wrong kind of value")]
    [InlineData("NOGROUP No such key 'x' or consumer group 'y'")]
    [InlineData("CROSSSLOT Keys in request don't hash to the same slot")]
    [InlineData("ERR syntax error")]
    [InlineData("ERR unknown command 'LOADING'")]
    public void what_redis_will_always_say_is_no_outage(string message) => Assert.False(Outage.Is(Said(message)));

    private static RedisServerException Said(string message) => new(RedisErrorKind.Unknown, CommandFlags.None, message);

    private static RedisConnections LoggedInTo(RedisServer server) =>
        new(new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", server.Url)]).Build());

    private static Func<IDatabase, Task>[] Writes { get; } =
    [
        x => x.StringSetAsync("cart:{0}:outage", "1"),
        x => x.HashSetAsync("session:{0}:outage", "field", "1"),
        x => x.ScriptEvaluateAsync("return redis.call('SET', KEYS[1], 1)", [(RedisKey)"cart:{0}:outage"]),
        x => x.StreamAddAsync("stream:{0}:outage", "field", "1"),
        async x =>
        {
            var both = x.CreateTransaction();
            var first = both.StringSetAsync("cart:{0}:outage", "1");
            var second = both.HashSetAsync("session:{0}:outage", "field", "1");
            _ = Task.WhenAll(first, second).ContinueWith(y => y.Exception, TaskScheduler.Default);
            await both.ExecuteAsync();
        },
    ];

    // All at once: where nothing answers, each waits for its time limit.
    private static Task<Exception[]> RefusedAsync(IDatabase redis) =>
        Task.WhenAll(Writes.Select(write => Assert.ThrowsAnyAsync<Exception>(() => write(redis))));

    private static Task SucceedsAgainAsync(Func<Task> attempt) => Eventually.HoldsAsync("the write succeeds again", async () =>
    {
        await attempt();
        return true;
    }, TimeSpan.FromSeconds(60), Outage.Is);
}

internal static class Quietly
{
    /// <summary>A round trip, if the server answers.</summary>
    public static async Task PingQuietlyAsync(this IDatabase redis)
    {
        try
        {
            await redis.PingAsync();
        }
        catch (Exception e) when (Outage.Is(e))
        {
            // The server does not answer.
        }
    }
}
