using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Gateway;

/// <summary>One allowance of one client.</summary>
/// <param name="Key">Whose, and for what.</param>
/// <param name="Requests">How many within the window.</param>
/// <param name="Window">The window; a client that was quiet for as long may do all of them at once.</param>
public readonly record struct Rate(string Key, int Requests, TimeSpan Window)
{
    internal long IntervalMicroseconds => (long)(Window.TotalMicroseconds / Requests);

    internal long BurstMicroseconds => (long)Window.TotalMicroseconds;
}

/// <summary>
/// Counts in Redis, so that a client has one allowance at all nodes together; all its allowances in one round trip, and a
/// refused request uses none of them. While Redis is away each node counts for itself.
/// </summary>
/// <remarks>The generic cell rate algorithm (ITU-T I.371): one number a key, the time at which the client is even again.</remarks>
public sealed partial class RateCounter(RedisConnections redis, TimeProvider time, ILogger<RateCounter> logger)
{
    private const string Script = """
        local clock = redis.call('TIME')
        local now = clock[1] * 1000000 + clock[2]
        local wait, even = 0, {}
        for i, key in ipairs(KEYS) do
          local at = tonumber(redis.call('GET', key) or now)
          if at < now then at = now end
          even[i] = at + ARGV[i * 2 - 1]
          wait = math.max(wait, even[i] - ARGV[i * 2] - now)
        end
        if wait > 0 then return wait end
        for i, key in ipairs(KEYS) do
          redis.call('SET', key, string.format('%.0f', even[i]), 'PX', math.ceil((even[i] - now) / 1000))
        end
        return 0
        """;

    // Counting must not cost more than what it protects.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly LocalRates local = new(time);
    private long awayUntil;

    /// <summary>Takes one request from every allowance, or none.</summary>
    /// <returns>Zero, or how long the client has to wait.</returns>
    public async ValueTask<TimeSpan> TakeAsync(IReadOnlyList<Rate> rates)
    {
        if (time.GetTimestamp() < Volatile.Read(ref awayUntil)) return local.Take(rates);
        var keys = new RedisKey[rates.Count];
        var values = new RedisValue[rates.Count * 2];
        for (var i = 0; i < rates.Count; i++)
        {
            keys[i] = RedisKeys.Rate(rates[i].Key);
            values[i * 2] = rates[i].IntervalMicroseconds;
            values[(i * 2) + 1] = rates[i].BurstMicroseconds;
        }

        try
        {
            var wait = await redis.Cache.ScriptEvaluateAsync(Script, keys, values).WaitAsync(Patience, time);
            return TimeSpan.FromMicroseconds((long)wait);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            Volatile.Write(ref awayUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
            CountedHere(logger, e.Message);
            return local.Take(rates);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Rates are counted on this node alone, Redis does not answer: {Reason}")]
    private static partial void CountedHere(ILogger logger, string reason);
}

/// <summary>The same count within one process, for no more clients than fit.</summary>
public sealed class LocalRates(TimeProvider time, int most = 10_000)
{
    // Whoever comes when the book is full shares this line.
    private const string Others = "";
    private readonly Dictionary<string, long> evenAt = new(StringComparer.Ordinal);
    private readonly Lock gate = new();

    public int Count => evenAt.Count;

    public TimeSpan Take(IReadOnlyList<Rate> rates)
    {
        lock (gate)
        {
            var now = (long)time.GetElapsedTime(0).TotalMicroseconds;
            var wait = 0L;
            foreach (var rate in rates) wait = Math.Max(wait, EvenAfter(rate, now) - rate.BurstMicroseconds - now);
            if (wait > 0) return TimeSpan.FromMicroseconds(wait);
            foreach (var rate in rates) evenAt[LineOf(rate.Key, now)] = EvenAfter(rate, now);
            return TimeSpan.Zero;
        }
    }

    /// <summary>Gives a client back what it has taken; what it took of the shared line stays taken.</summary>
    public void Forget(string key)
    {
        lock (gate) evenAt.Remove(key);
    }

    private long EvenAfter(Rate rate, long now) => Math.Max(now, evenAt.GetValueOrDefault(LineOf(rate.Key, now))) + rate.IntervalMicroseconds;

    private string LineOf(string key, long now)
    {
        if (evenAt.Count < most || evenAt.ContainsKey(key)) return key;
        foreach (var (line, at) in evenAt)
            if (at <= now) evenAt.Remove(line);
        return evenAt.Count < most ? key : Others;
    }
}
