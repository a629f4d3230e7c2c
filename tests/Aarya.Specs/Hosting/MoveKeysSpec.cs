using System.Globalization;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Hosting;

/// <summary><c>move-keys</c> copies the keys of a stopped shop once, and what it began can be finished.</summary>
public sealed class MoveKeysSpec
{
    private const int Buckets = 16;

    [Fact]
    public async Task while_keys_move_nothing_starts_and_an_interrupted_move_is_finished()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var database = await SpecDatabase.MigratedAsync();
        await RedisBuckets.StartAsync(redis.Url, 1);
        string[] ids = [.. Enumerable.Range(0, 40).Select(_ => $"{Guid.NewGuid():D}")];
        foreach (var id in ids) await redis.Database.StringSetAsync(RedisKeys.OfOneBucket.Of("cart", id), id);
        // As a move leaves it that died after some keys.
        var keys = new RedisKeys(Buckets);
        foreach (var id in ids.Take(20)) await redis.Database.KeyRenameAsync(RedisKeys.OfOneBucket.Of("cart", id), keys.Of("cart", id));
        await redis.Database.StringSetAsync(RedisKeys.BucketsKey, RedisKeys.Moving);

        foreach (var count in new[] { 1, Buckets })
            Assert.Contains("run it again", await RedisBuckets.RefusedAsync(redis.Url, count), StringComparison.Ordinal);
        var (code, output) = await MoveAsync(database, redis.AdminUrl);

        Assert.True(code == 0, output);
        await RedisBuckets.StartAsync(redis.Url, Buckets);
        foreach (var id in ids) Assert.Equal(id, await redis.Database.StringGetAsync(keys.Of("cart", id)));
        Assert.Equal(40, ((string[])(await redis.TellAsync("KEYS", "cart:*"))!).Length);
    }

    [Fact]
    public async Task a_stopped_shop_moves_from_one_redis_into_a_cluster_with_its_keys()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var cluster = await RedisCluster.StartAsync();
        await using var database = await SpecDatabase.MigratedAsync();
        var (guest, sku) = (Guid.CreateVersion7(), "KRT-MOVED");
        await using (var before = RedisBuckets.Connections(redis.Url, 1))
        {
            await before.ConnectAsync();
            await RedisBuckets.StartAsync(redis.Url, 1);
            // While a process of the shop is connected, nothing is moved.
            var (refused, why) = await MoveAsync(database, cluster, redis);
            Assert.True(refused == 1 && why.Contains("stop the shop first", StringComparison.Ordinal), why);
            await PutAsync(before);
        }

        var (code, output) = await MoveAsync(database, cluster, redis);
        Assert.True(code == 0 && output.Contains("7 keys were copied; they are in 16 buckets", StringComparison.Ordinal), output);
        // The shop may have changed them since, so the old keys must not replace them.
        (code, output) = await MoveAsync(database, cluster, redis);
        Assert.True(code == 1 && output.Contains("copied before", StringComparison.Ordinal), output);
        // Within the cluster nothing is left to do.
        (code, output) = await MoveAsync(database, cluster, null);
        Assert.True(code == 0 && output.Contains("0 keys were copied", StringComparison.Ordinal), output);
        await RedisBuckets.StartAsync(cluster.Url, Buckets);
        await using var after = RedisBuckets.Connections(cluster.Url, Buckets);
        var (state, keys) = (after.State, after.Keys);
        Assert.Equal("asha", await state.HashGetAsync(keys.Session($"{guest:D}"), "user"));
        var left = await state.KeyTimeToLiveAsync(keys.Session($"{guest:D}"));
        Assert.InRange(left!.Value, TimeSpan.FromMinutes(50), TimeSpan.FromHours(1));
        Assert.Single(await state.SetMembersAsync(keys.SessionsOf($"{guest:D}")));
        Assert.Equal("1:129900:INR:1", await state.HashGetAsync(keys.Of("cart", $"{guest:D}"), sku));
        Assert.Equal("x", await state.HashGetAsync(keys.Of("idem", $"{guest:D}", $"{guest:D}:changes"), "answer"));
        var group = Assert.Single(await state.StreamGroupInfoAsync(keys.Stream(Features.Streams.Orders)));
        Assert.Equal(("payment", 1), (group.Name, group.PendingMessageCount));
        Assert.Equal(1, await state.StreamLengthAsync(RedisKeys.StreamPart(Features.Streams.Analytics, 0)));
        Assert.Equal(2, await state.StringGetAsync(StreamHistory.LostKey(RedisKeys.StreamPart(Features.Streams.Analytics, 0))));

        async Task PutAsync(RedisConnections old)
        {
            var (put, names) = (redis.Database, old.Keys);
            await put.HashSetAsync(names.Session($"{guest:D}"), "user", "asha");
            await put.KeyExpireAsync(names.Session($"{guest:D}"), TimeSpan.FromHours(1));
            await put.SetAddAsync(names.SessionsOf($"{guest:D}"), $"{guest:D}");
            await put.HashSetAsync(names.Of("cart", $"{guest:D}"), sku, "1:129900:INR:1");
            await put.HashSetAsync(names.Of("idem", $"{guest:D}", $"{guest:D}:changes"), "answer", "x");
            await put.StringSetAsync(names.Rate("ip:192.0.2.1", "even"), 1);
            var (orders, analytics) = (names.Stream(Features.Streams.Orders), names.Stream(Features.Streams.Analytics));
            await put.StreamAddAsync(orders, "id", "1");
            await put.StreamCreateConsumerGroupAsync(orders, "payment", "0-0");
            await put.StreamReadGroupAsync(orders, "payment", "node");
            await put.StreamAddAsync(analytics, "id", "1");
            await put.StringSetAsync(StreamHistory.LostKey(analytics), 2);
        }
    }

    private static Task<(int ExitCode, string Output)> MoveAsync(SpecDatabase database, RedisCluster cluster, RedisServer? from) =>
        MoveAsync(database, cluster.AdminUrl, from?.AdminUrl);

    private static async Task<(int ExitCode, string Output)> MoveAsync(SpecDatabase database, string to, string? from = null)
    {
        string[] arguments = from is null ? ["move-keys"] : ["move-keys", "--from", from];
        var ended = await ChildProgram.AaryaAsync(arguments, new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = to,
            [RedisKeys.Buckets.Name] = Buckets.ToString(CultureInfo.InvariantCulture),
        });
        return (ended.ExitCode, ended.Output + ended.Error);
    }
}
