using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Security;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using StackExchange.Redis;

namespace Aarya.Specs.CorePlatform.Sessions;

/// <summary>Sessions survive a crash and a power cut of the Redis that stores them.</summary>
public sealed class SessionsSurviveSpec : IAsyncLifetime
{
    private static readonly EncryptionKeys Keys = EncryptionKeys.Parse(Convert.ToBase64String(new byte[32]));
    private RedisServer server = null!;
    private RedisConnections redis = null!;
    private SessionStore sessions = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private readonly CacheBudget budget = new(1024 * 1024, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        server = await RedisServer.StartAsync();
        redis = new(new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", server.Url)]).Build());
        var key = new AccountKey(_ => Task.FromResult(new byte[32]));
        await key.StartAsync(Cancellation);
        var gate = new SessionGate(redis, budget, TimeProvider.System, NullLogger<SessionGate>.Instance);
        sessions = new(redis, gate, new(Keys), key, TimeProvider.System);
    }

    [Fact]
    public async Task a_crash_of_redis_signs_nobody_out()
    {
        var started = await StartAsync(100);
        await server.KillAsync();
        await BackAsync();
        foreach (var (session, token) in started)
        {
            Assert.NotNull(await sessions.FindAsync(session.Id));
            Assert.Equal(session.Id, Assert.Single(await sessions.ListAsync(session.UserId)).Id);
            Assert.Equal(Rotation.Rotated, (await sessions.RotateAsync(session, token)).Outcome);
        }
    }

    [Fact]
    public async Task a_power_cut_signs_out_nobody_whose_session_was_on_disk()
    {
        var started = await StartAsync(100);
        var onDisk = await OnDiskAsync();
        var (late, _) = (await StartAsync(1))[0];
        await server.CutPowerAsync(onDisk);
        await BackAsync();

        foreach (var (session, _) in started) Assert.NotNull(await sessions.FindAsync(session.Id));
        Assert.Null(await sessions.FindAsync(late.Id));
        Assert.Empty(await sessions.ListAsync(late.UserId));
    }

    [Fact]
    public async Task a_power_cut_signs_nobody_out_who_has_just_refreshed()
    {
        var started = await StartAsync(40);
        var onDisk = await OnDiskAsync();
        var held = await Task.WhenAll(started.Select(async (x, i) =>
        {
            var token = x.Token;
            for (var n = 0; n < i % 4; n++) token = (await sessions.RotateAsync(x.Session, token)).Successor!;
            return token;
        }));
        await server.CutPowerAsync(onDisk);
        await BackAsync();

        foreach (var ((session, first), token) in started.Zip(held))
        {
            var (outcome, next) = await sessions.RotateAsync(session, token);
            Assert.Equal(Rotation.Rotated, outcome);
            Assert.Equal(Rotation.Rotated, (await sessions.RotateAsync(session, next!)).Outcome);
            // A reused token is still detected.
            Assert.Equal(Rotation.Reused, (await sessions.RotateAsync(session, first)).Outcome);
            Assert.Null(await sessions.FindAsync(session.Id));
        }
    }

    // Redis writes to disk every second, and reports when no write is pending.
    private async Task<long> OnDiskAsync()
    {
        await Eventually.HoldsAsync("Redis has written everything", IsOnDiskAsync, TimeSpan.FromSeconds(20));
        return server.LogLength;
    }

    private async Task<IReadOnlyList<(Session Session, RefreshToken Token)>> StartAsync(int count) =>
        await Task.WhenAll(Enumerable.Range(0, count).Select(_ => sessions.StartAsync(Guid.CreateVersion7(), guest: false)));

    private async Task<bool> IsOnDiskAsync()
    {
        // INFO is an administrator's command.
        var options = RedisConnections.OptionsFor(server.AdminUrl, "spec");
        options.AllowAdmin = true;
        await using var admin = await ConnectionMultiplexer.ConnectAsync(options);
        var info = (await admin.GetDatabase().ExecuteAsync("INFO", "persistence")).ToString();
        return info.Contains("aof_buffer_length:0", StringComparison.Ordinal)
            && info.Contains("aof_pending_bio_fsync:0", StringComparison.Ordinal);
    }

    private async Task BackAsync()
    {
        await server.StartAgainAsync();
        await Eventually.HoldsAsync("the program is connected again", () => redis.State.IsConnected(RedisKeys.OfOneBucket.Session("")),
            TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        budget.Dispose();
        await redis.DisposeAsync();
        await server.DisposeAsync();
    }
}
