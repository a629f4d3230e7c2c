using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Privacy.Rotation;

/// <summary>
/// The values in the state instance of Redis: strings and hashes are sealed again in place. Entries of streams cannot be changed: those
/// that some group must still handle are counted; entries that all groups have handled are never read again.
/// </summary>
internal sealed class SealedValues(RedisConnections redis, Sealer sealer)
{
    private const int PageSize = 500;

    // Only if the value is still the one that was read. KEYS: key. ARGV: before, after.
    private const string SetText =
        "if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end redis.call('SET', KEYS[1], ARGV[2], 'KEEPTTL') return 1";

    // ARGV: field, before, after.
    private const string SetField =
        "if redis.call('HGET', KEYS[1], ARGV[1]) ~= ARGV[2] then return 0 end redis.call('HSET', KEYS[1], ARGV[1], ARGV[3]) return 1";

    public async IAsyncEnumerable<Rotated> RenewAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        var (values, left) = (0, 0);
        foreach (var server in RedisConnections.PrimariesOf(redis.StateConnection))
        {
            await foreach (var key in server.KeysAsync(pageSize: PageSize).WithCancellation(cancellation))
            {
                // The key of another program, which the shop's login must not read, or keys that clients sent.
                if (!RedisKeys.IsOwn(key) || RedisKeys.IsOfClients(key)) continue;
                switch (await redis.State.KeyTypeAsync(key))
                {
                    case RedisType.String when await redis.State.StringGetAsync(key) is var text && IsStale(text):
                        await RenewAsync(text!, x => redis.State.ScriptEvaluateAsync(SetText, [key], [text, x]));
                        break;
                    case RedisType.Hash:
                        foreach (var field in (await redis.State.HashGetAllAsync(key)).Where(x => IsStale(x.Value)))
                        {
                            await RenewAsync(
                                field.Value!, x => redis.State.ScriptEvaluateAsync(SetField, [key], [field.Name, field.Value, x]));
                        }

                        break;
                    case RedisType.Stream when await UnhandledAsync(key) is > 0 and var entries:
                        yield return new($"redis {key}", 0, entries, "they must be handled first.");
                        break;
                }
            }
        }

        yield return new("redis", values, left, "they were changed meanwhile, or no key of ENCRYPTION_KEY opens them.");

        async Task RenewAsync(string text, Func<string, Task<RedisResult>> set)
        {
            try
            {
                if ((int)await set(sealer.Renew(text)) == 1) values++;
                else left++;
            }
            catch (CryptographicException)
            {
                left++;
            }
        }
    }

    private async Task<int> UnhandledAsync(RedisKey stream)
    {
        var stale = 0;
        RedisValue from = await StreamProgress.FirstUnhandledAsync(redis.State, stream);
        while (await redis.State.StreamRangeAsync(stream, from, count: PageSize) is { Length: > 0 } page)
        {
            stale += page.Count(x => x.Values.Any(field => IsStale(field.Value)));
            from = $"({page[^1].Id}";
        }

        return stale;
    }

    private bool IsStale(RedisValue value) => !value.IsNull && sealer.IsStale(value.ToString());
}
