using System.Globalization;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Support.Servers;

/// <summary>A process of the shop that begins with this many buckets, as far as Redis notices it.</summary>
public static class RedisBuckets
{
    public static async Task StartAsync(string url, int buckets)
    {
        await using var connections = Connections(url, buckets);
        var production = new HostingEnvironment { EnvironmentName = "Production" };
        var start = new RedisAtStart(connections, production, NullLogger<RedisAtStart>.Instance);
        await start.StartAsync(TestContext.Current.CancellationToken);
    }

    public static async Task<string> RefusedAsync(string url, int buckets) =>
        (await Assert.ThrowsAsync<StartupException>(() => StartAsync(url, buckets))).Message;

    public static RedisConnections Connections(string url, int buckets) => new(new ConfigurationBuilder().AddInMemoryCollection(
    [
        new("REDIS_URL", url), new(RedisKeys.Buckets.Name, buckets.ToString(CultureInfo.InvariantCulture)),
    ]).Build());
}
