using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Operators;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Operators;

/// <summary>The hour of a process that starts again.</summary>
public sealed class SampleStoreSpec
{
    [Fact]
    public async Task a_process_that_starts_again_goes_on_with_its_hour_and_is_not_silent()
    {
        await using var server = await RedisServer.StartAsync();
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
            [new("REDIS_URL", server.Url), new("AARYA_METRICS_URL", "http://127.0.0.1:9464")]).Build();
        await using var redis = new RedisConnections(settings);
        var clock = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddDays(20_000));
        var first = Store();
        var before = Now();
        first.Add(before);
        await first.SendAsync();

        clock.Advance(TimeSpan.FromMinutes(5));
        var second = Store();
        var after = Now();
        second.Add(after);

        var (all, areComplete) = await second.ReadAsync();

        Assert.True(areComplete);
        Assert.Equal([before.Slot, after.Slot], Assert.Single(all).Samples.Select(x => x.Slot));
        var hour = LastHour.Of(new KnownMeasures([]), all, areComplete, clock.GetUtcNow());
        Assert.Equal(SampledState.Sampled, Assert.Single(hour.Processes).State);

        SampleStore Store() => new(redis, ActiveRoles.From(settings, []), settings, clock);

        Sample Now() => new(Sample.SlotOf(clock.GetUtcNow()), 15, new Dictionary<string, double>(StringComparer.Ordinal));
    }
}
