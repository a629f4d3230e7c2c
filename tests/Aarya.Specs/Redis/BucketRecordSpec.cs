using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Redis;

/// <summary>Redis records the number of buckets that its keys are in, and a process with another number does not start.</summary>
public sealed class BucketRecordSpec
{
    [Fact]
    public async Task another_number_of_buckets_is_refused_and_a_shop_without_a_record_has_one()
    {
        await using var redis = await RedisServer.StartAsync();
        await RedisBuckets.StartAsync(redis.Url, 1);
        Assert.Contains("are in 1 bucket, and AARYA_REDIS_BUCKETS is 16",
            await RedisBuckets.RefusedAsync(redis.Url, 16), StringComparison.Ordinal);
        await RedisBuckets.StartAsync(redis.Url, 1);

        // As a release before this setting has left it.
        await redis.Database.KeyDeleteAsync(RedisKeys.BucketsKey);
        await redis.Database.StringSetAsync(RedisKeys.OfOneBucket.Session("old"), "x");
        Assert.Contains("are in 1 bucket", await RedisBuckets.RefusedAsync(redis.Url, 16), StringComparison.Ordinal);
        await redis.TellAsync("FLUSHALL");
        await RedisBuckets.StartAsync(redis.Url, 16);
        Assert.Contains("are in 16 buckets, and AARYA_REDIS_BUCKETS is 1",
            await RedisBuckets.RefusedAsync(redis.Url, 1), StringComparison.Ordinal);
    }
}
