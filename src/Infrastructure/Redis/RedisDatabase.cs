using System.Diagnostics;
using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Tracing;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Redis;

/// <summary>
/// Sends the program's commands to one instance of Redis, and counts each with its result and duration. A command that fails because Redis
/// does not answer counts as an error; its exception passes to the caller.
/// </summary>
/// <param name="redis">The database of the client library.</param>
public sealed class RedisDatabase(IDatabase redis)
{
    private static readonly Counter<long> Commands = ShopMeter.Counter("redis_commands",
        "Commands to Redis, by whether they succeeded; a script is EVAL, a transaction EXEC.");
    private static readonly Histogram<double> Durations = ShopMeter.Durations("aarya_redis_command_duration",
        "Time from a command to Redis to its result, the wait for a connection included; not of XREADGROUP, which waits for entries.",
        [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 3]);

    /// <summary>True while the server of this key is connected.</summary>
    public bool IsConnected(RedisKey key) => redis.IsConnected(key);

    public Task<bool> KeyExistsAsync(RedisKey key) => CountAsync("EXISTS", redis.KeyExistsAsync(key));

    public Task<long> KeyExistsAsync(RedisKey[] keys) => CountAsync("EXISTS", redis.KeyExistsAsync(keys));

    public Task<bool> KeyDeleteAsync(RedisKey key) => CountAsync("DEL", redis.KeyDeleteAsync(key));

    public Task<long> KeyDeleteAsync(RedisKey[] keys) => CountAsync("DEL", redis.KeyDeleteAsync(keys));

    /// <summary>Sets the key's lifetime, and does not wait for the result, which is not counted.</summary>
    public void SendKeyExpire(RedisKey key, TimeSpan lifetime) => redis.KeyExpire(key, lifetime, flags: CommandFlags.FireAndForget);

    public Task<bool> KeyExpireAsync(RedisKey key, TimeSpan lifetime) => CountAsync("PEXPIRE", redis.KeyExpireAsync(key, lifetime));

    public Task<TimeSpan?> KeyTimeToLiveAsync(RedisKey key) => CountAsync("PTTL", redis.KeyTimeToLiveAsync(key));

    public Task<RedisType> KeyTypeAsync(RedisKey key) => CountAsync("TYPE", redis.KeyTypeAsync(key));

    public Task<RedisValue> StringGetAsync(RedisKey key) => CountAsync("GET", redis.StringGetAsync(key));

    public Task<bool> StringSetAsync(RedisKey key, RedisValue value, Expiration lifetime = default) =>
        CountAsync("SET", redis.StringSetAsync(key, value, lifetime));

    public Task<RedisValue> HashGetAsync(RedisKey key, RedisValue field) => CountAsync("HGET", redis.HashGetAsync(key, field));

    public Task<RedisValue[]> HashGetAsync(RedisKey key, RedisValue[] fields) => CountAsync("HMGET", redis.HashGetAsync(key, fields));

    public Task<bool> HashSetAsync(RedisKey key, RedisValue field, RedisValue value) =>
        CountAsync("HSET", redis.HashSetAsync(key, field, value));

    public Task<HashEntry[]> HashGetAllAsync(RedisKey key) => CountAsync("HGETALL", redis.HashGetAllAsync(key));

    /// <summary>Sets a field, and does not wait for the result, which is not counted.</summary>
    public void SendHashSet(RedisKey key, RedisValue field, RedisValue value) =>
        redis.HashSet(key, field, value, flags: CommandFlags.FireAndForget);

    public Task<bool> SetAddAsync(RedisKey key, RedisValue member) => CountAsync("SADD", redis.SetAddAsync(key, member));

    public Task<bool> SetRemoveAsync(RedisKey key, RedisValue member) => CountAsync("SREM", redis.SetRemoveAsync(key, member));

    public Task<long> SetRemoveAsync(RedisKey key, RedisValue[] members) => CountAsync("SREM", redis.SetRemoveAsync(key, members));

    public Task<RedisValue[]> SetMembersAsync(RedisKey key) => CountAsync("SMEMBERS", redis.SetMembersAsync(key));

    public Task<RedisResult> ScriptEvaluateAsync(string script, RedisKey[] keys, RedisValue[]? arguments = null) =>
        CountAsync("EVAL", redis.ScriptEvaluateAsync(script, keys, arguments));

    /// <summary>Sends a command that the client does not know in this form.</summary>
    /// <param name="command">Its name in capital letters; not a value that comes from outside.</param>
    public Task<RedisResult> ExecuteAsync(string command, params object[] arguments) =>
        CountAsync(command, redis.ExecuteAsync(command, arguments));

    /// <summary>Sends all of these commands as one transaction.</summary>
    public Task<bool> TransactAsync(Action<ITransaction> commands)
    {
        var transaction = redis.CreateTransaction();
        commands(transaction);
        return CountAsync("EXEC", transaction.ExecuteAsync());
    }

    public Task<long> StreamLengthAsync(RedisKey key) => CountAsync("XLEN", redis.StreamLengthAsync(key));

    public Task<RedisValue> StreamAddAsync(RedisKey key, NameValueEntry[] fields) => CountAsync("XADD", redis.StreamAddAsync(key, fields));

    public Task<StreamEntry[]> StreamRangeAsync(RedisKey key, RedisValue? from = null, RedisValue? to = null, int? count = null) =>
        CountAsync("XRANGE", redis.StreamRangeAsync(key, from, to, count));

    public Task<long> StreamDeleteAsync(RedisKey key, RedisValue[] entries) => CountAsync("XDEL", redis.StreamDeleteAsync(key, entries));

    public Task<StreamGroupInfo[]> StreamGroupInfoAsync(RedisKey key) => CountAsync("XINFO", redis.StreamGroupInfoAsync(key));

    public Task<StreamPendingInfo> StreamPendingAsync(RedisKey key, RedisValue group) =>
        CountAsync("XPENDING", redis.StreamPendingAsync(key, group));

    public Task<StreamPendingMessageInfo[]> StreamPendingMessagesAsync(
        RedisKey key, RedisValue group, int count, RedisValue consumer, RedisValue? from, RedisValue? to) =>
        CountAsync("XPENDING", redis.StreamPendingMessagesAsync(key, group, count, consumer, from, to));

    public Task<bool> StreamCreateConsumerGroupAsync(RedisKey key, RedisValue group, RedisValue position, bool createStream) =>
        CountAsync("XGROUP", redis.StreamCreateConsumerGroupAsync(key, group, position, createStream));

    public Task<StreamEntry[]> StreamClaimAsync(RedisKey key, RedisValue group, RedisValue consumer, long idle, RedisValue[] entries) =>
        CountAsync("XCLAIM", redis.StreamClaimAsync(key, group, consumer, idle, entries));

    public Task<StreamAutoClaimIdsOnlyResult> StreamAutoClaimIdsOnlyAsync(
        RedisKey key, RedisValue group, RedisValue consumer, long idle, RedisValue from, int count) =>
        CountAsync("XAUTOCLAIM", redis.StreamAutoClaimIdsOnlyAsync(key, group, consumer, idle, from, count));

    public Task<long> StreamAcknowledgeAsync(RedisKey key, RedisValue group, RedisValue entry) =>
        CountAsync("XACK", redis.StreamAcknowledgeAsync(key, group, entry));

    public Task<TimeSpan> PingAsync() => CountAsync("PING", redis.PingAsync());

    private static Task<T> CountAsync<T>(string command, Task<T> sent) =>
        ShopTraces.IsRecording ? TracedAsync(command, sent) : Commands.Enabled ? CountedAsync(command, sent) : sent;

    private static async Task<T> TracedAsync<T>(string command, Task<T> sent)
    {
        using var span = ShopTraces.Start(command, ActivityKind.Client);
        span?.SetTag("db.system.name", "redis");
        span?.SetTag("db.operation.name", command);
        try
        {
            return await CountedAsync(command, sent).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    private static async Task<T> CountedAsync<T>(string command, Task<T> sent)
    {
        var began = Stopwatch.GetTimestamp();
        var status = "error";
        try
        {
            var result = await sent.ConfigureAwait(false);
            status = "ok";
            return result;
        }
        finally
        {
            KeyValuePair<string, object?> named = new("command", command);
            Commands.Add(1, named, new("status", status));
            // It waits for entries, for seconds.
            if (command != "XREADGROUP") Durations.Record(Stopwatch.GetElapsedTime(began).TotalSeconds, named);
        }
    }
}
