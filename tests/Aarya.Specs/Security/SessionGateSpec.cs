using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Security;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Aarya.Specs.Security;

public sealed class SessionGateSpec : IAsyncLifetime
{
    private static readonly Guid Id = Guid.NewGuid();

    private static readonly Guid Owner = Guid.NewGuid();

    private static AccessToken TokenOf(Guid session, Guid? subject = null) =>
        new(new(subject ?? Owner, session, ["customer"]), DateTimeOffset.MaxValue);

    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private RedisServer server = null!;
    private RedisConnections redis = null!;
    private SessionGate gate = null!;
    private CacheBudget budget = null!;

    private AccessToken Token { get; } = TokenOf(Id);

    public async ValueTask InitializeAsync()
    {
        server = await RedisServer.StartAsync();
        redis = new(new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", server.Url)]).Build());
        budget = new(1024 * 1024, clock);
        gate = new(redis, budget, clock, NullLogger<SessionGate>.Instance);
        await server.Database.HashSetAsync(KeyOf(Id), "user", $"{Owner:D}");
    }

    [Fact]
    public async Task a_session_is_believed_for_one_second_after_it_was_seen_alive()
    {
        Assert.True(await gate.IsOpenAsync(Token, reading: false));
        await server.Database.KeyDeleteAsync(KeyOf(Id));
        clock.Advance(TimeSpan.FromMilliseconds(999));
        Assert.True(await gate.IsOpenAsync(Token, reading: false));
        clock.Advance(TimeSpan.FromMilliseconds(1));
        Assert.False(await gate.IsOpenAsync(Token, reading: false));
    }

    [Fact]
    public async Task the_node_that_ends_a_session_stops_believing_in_it_at_once()
    {
        Assert.True(await gate.IsOpenAsync(Token, reading: false));
        await server.Database.KeyDeleteAsync(KeyOf(Id));
        gate.Forget(Id);
        Assert.False(await gate.IsOpenAsync(Token, reading: true));
    }

    [Fact]
    public async Task all_tokens_of_a_session_are_believed_and_doubted_together()
    {
        var other = TokenOf(Id);
        Assert.True(await gate.IsOpenAsync(Token, reading: false));
        await server.Database.KeyDeleteAsync(KeyOf(Id));
        Assert.True(await gate.IsOpenAsync(other, reading: false));
        gate.Forget(Id);
        foreach (var token in new[] { Token, other }) Assert.False(await gate.IsOpenAsync(token, reading: false));
    }

    [Fact]
    public async Task a_session_is_open_to_its_owner_alone()
    {
        var stranger = TokenOf(Id, Guid.NewGuid());
        Assert.False(await gate.IsOpenAsync(stranger, reading: true));
        Assert.True(await gate.IsOpenAsync(Token, reading: true));
        Assert.False(await gate.IsOpenAsync(stranger, reading: true));
    }

    [Fact]
    public async Task when_a_session_was_last_seen_is_known_to_the_minute()
    {
        var key = KeyOf(Id);
        foreach (var (age, noted) in new[] { (5, false), (61, true) })
        {
            var before = DateTimeOffset.UtcNow.AddSeconds(-age).ToUnixTimeMilliseconds();
            await server.Database.HashSetAsync(key, "seen", before);
            clock.Advance(TimeSpan.FromSeconds(1));
            Assert.True(await gate.IsOpenAsync(Token, reading: true));
            Assert.Equal(noted, (long)await server.Database.HashGetAsync(key, "seen") != before);
        }
    }

    [Fact]
    public async Task only_a_session_that_ends_when_it_is_idle_lives_longer_by_being_used()
    {
        var key = KeyOf(Id);
        await server.Database.KeyExpireAsync(key, TimeSpan.FromMinutes(10));
        Assert.True(await gate.IsOpenAsync(Token, reading: false));
        Assert.InRange((await server.Database.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(10));

        await server.Database.HashSetAsync(key, "idle", (long)TimeSpan.FromMinutes(30).TotalMilliseconds);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(await gate.IsOpenAsync(Token, reading: false));
        Assert.InRange((await server.Database.KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(25), TimeSpan.FromMinutes(30));
    }

    [Fact]
    public async Task of_many_sessions_those_that_have_ended_are_found_and_none_while_redis_is_away()
    {
        Guid[] all = [.. Enumerable.Range(0, 1200).Select(_ => Guid.NewGuid())];
        await Task.WhenAll(all.Select(x => server.Database.HashSetAsync(KeyOf(x), "user", "u")));
        Assert.Empty(await gate.FindEndedAsync(all));
        Guid[] gone = [all[3], all[600], all[1199]];
        foreach (var id in gone) await server.Database.KeyDeleteAsync(KeyOf(id));
        Assert.Equal(gone.Order(), (await gate.FindEndedAsync(all)).Order());

        await server.KillAsync();
        Assert.Empty(await gate.FindEndedAsync(all));
    }

    [Fact]
    public async Task a_session_that_never_was_is_not_open() =>
        Assert.False(await gate.IsOpenAsync(TokenOf(Guid.NewGuid()), reading: true));

    [Fact]
    public async Task with_redis_away_reads_pass_at_once_and_writes_are_refused_until_it_is_back()
    {
        Assert.True(await gate.IsOpenAsync(Token, reading: true));
        clock.Advance(TimeSpan.FromSeconds(2));
        await server.KillAsync();
        await Eventually.HoldsAsync("the connection is lost", () => !redis.State.IsConnected(KeyOf(Id)));

        var read = gate.IsOpenAsync(Token, reading: true);
        Assert.True(read.IsCompleted, "a read waits for Redis, which is away");
        Assert.True(await read);
        await Assert.ThrowsAnyAsync<RedisException>(async () => await gate.IsOpenAsync(Token, reading: false));

        await server.StartAgainAsync();
        await Eventually.HoldsAsync("the connection is back", () => redis.State.IsConnected(KeyOf(Id)));
        Assert.True(await gate.IsOpenAsync(Token, reading: false));
    }

    private static RedisKey KeyOf(Guid id) => RedisKeys.OfOneBucket.Session($"{id:D}");

    public async ValueTask DisposeAsync()
    {
        budget.Dispose();
        await redis.DisposeAsync();
        await server.DisposeAsync();
    }
}
