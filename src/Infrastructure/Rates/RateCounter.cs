using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Rates;

/// <summary>One allowance of one client.</summary>
/// <param name="Key">The client, and what the allowance is for.</param>
/// <param name="Requests">How many requests within the window.</param>
/// <param name="Window">The window; after that long without a request, a client may make all of them at once.</param>
/// <param name="Client">The client alone: all its allowances are counted together. The key if it is null.</param>
public readonly record struct Rate(string Key, int Requests, TimeSpan Window, string? Client = null)
{
    // In microseconds, not rounded: otherwise 70,000 per second would become 71,428.
    internal double Interval => Window.TotalMicroseconds / Requests;

    internal double Burst => Window.TotalMicroseconds;

    // The last request of a burst must not fail because of rounding.
    internal double Tolerance => Interval / 2;
}

/// <summary>
/// Counts in Redis, so that a client has one allowance at all nodes together. One round trip takes from all its allowances, and a refused
/// request uses none of them. Each node also counts the requests that it admits in a table of its own, which is a limit in itself:
/// whichever of the two counts, and however often that changes, one node never admits more than the allowance.
/// </summary>
/// <remarks>
/// <para>
/// The bound: while Redis does not answer in time, n nodes together admit at most n allowances. A node reports the requests that it
/// admitted meanwhile with its next query about that client, before it admits another, so that nodes do not exceed the limit again.
/// </para>
/// <para>
/// A node's table has room for 50,000 clients. Further clients are counted only in Redis; while Redis does not answer, they share one entry
/// of the table.
/// </para>
/// <para>
/// The generic cell rate algorithm (ITU-T I.371) stores one number per key: the time at which the client's allowance is full again.
/// </para>
/// </remarks>
public sealed partial class RateCounter(
    RedisConnections redis, TimeProvider time, ILogger<RateCounter> logger, int most = RateCounter.MostClients)
{
    private readonly OutageLine outage = new();

    /// <summary>How many clients a node's own table has room for.</summary>
    public const int MostClients = 50_000;

    // Microseconds since the beginning of 2026: a Lua number has 53 bits, and three decimal places must stay exact.
    // ARGV, three per key: interval, burst, and what this node has not reported yet, all in microseconds.
    private const string Script = """
        local clock = redis.call('TIME')
        local now = (clock[1] - 1767225600) * 1000000 + clock[2]
        local wait, before, after = 0, {}, {}
        for i, key in ipairs(KEYS) do
          local interval, burst, owed = tonumber(ARGV[i * 3 - 2]), tonumber(ARGV[i * 3 - 1]), tonumber(ARGV[i * 3])
          before[i] = math.max(now, tonumber(redis.call('GET', key) or now)) + owed
          after[i] = before[i] + interval
          local excess = after[i] - burst - now
          if excess > interval / 2 then wait = math.max(wait, excess) end
        end
        for i, key in ipairs(KEYS) do
          local full = after[i]
          if wait > 0 then full = before[i] end
          local left = full - now
          if left > 0 and (wait == 0 or tonumber(ARGV[i * 3]) > 0) then
            redis.call('SET', key, string.format('%.3f', full), 'PX', math.max(1, math.ceil(left / 1000)))
          end
        end
        return math.ceil(wait)
        """;

    // ARGV, one per key: the interval in microseconds.
    private const string GiveBack = """
        for i, key in ipairs(KEYS) do
          local full = redis.call('GET', key)
          if full then redis.call('SET', key, string.format('%.3f', full - ARGV[i]), 'KEEPTTL') end
        end
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly LocalRates own = new(time, most);
    private readonly LocalRates owed = new(time, most);
    private long awayUntil;

    /// <summary>How long to wait for Redis: counting must not cost more than what it protects.</summary>
    internal TimeSpan Patience { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Takes one request from every allowance, or none.</summary>
    /// <returns>Zero, or how long the client has to wait.</returns>
    public async ValueTask<TimeSpan> TakeAsync(IReadOnlyList<Rate> rates)
    {
        if (time.GetTimestamp() < Volatile.Read(ref awayUntil)) return TakeHere(rates);

        var isBooked = own.TryTake(rates, out var wait);
        if (isBooked && wait > TimeSpan.Zero) return wait;
        var asked = AskAsync(rates);
        try
        {
            if (await asked.WaitAsync(Patience, time) is { } answer)
            {
                if (isBooked && answer > TimeSpan.Zero) own.GiveBack(rates);
                return answer;
            }

            owed.Add(rates);
        }
        catch (TimeoutException)
        {
            Rest($"it took longer than {Patience.TotalMilliseconds} ms");
            _ = OweUnlessCountedAsync(asked, rates);
        }

        return isBooked ? TimeSpan.Zero : own.Take(rates);
    }

    private TimeSpan TakeHere(IReadOnlyList<Rate> rates)
    {
        var wait = own.Take(rates);
        if (wait == TimeSpan.Zero) owed.Add(rates);
        return wait;
    }

    /// <summary>Null when Redis has not counted the request.</summary>
    private async Task<TimeSpan?> AskAsync(IReadOnlyList<Rate> rates)
    {
        // In a cluster, a client and its address may be in two buckets, which no script can count together.
        if (rates.All(x => BucketOf(x) == BucketOf(rates[0]))) return await AskOneBucketAsync(rates);
        Rate[][] buckets = [.. rates.GroupBy(BucketOf).Select(x => x.ToArray())];
        var waits = await Task.WhenAll(buckets.Select(AskOneBucketAsync));
        var isAdmitted = waits.All(x => x is { Ticks: 0 });
        // What one bucket has counted is given back if another one has refused the request, or has not answered.
        if (!isAdmitted) await Task.WhenAll(buckets.Where((_, i) => waits[i] is { Ticks: 0 }).Select(GiveBackAsync));
        return waits.Any(x => x is null) ? null : waits.Max();
    }

    private int BucketOf(Rate rate) => redis.Keys.BucketOf(rate.Client ?? rate.Key);

    private RedisKey KeyOf(Rate rate) => redis.Keys.Rate(rate.Client ?? rate.Key, $"even:{rate.Key}");

    private async Task<TimeSpan?> AskOneBucketAsync(IReadOnlyList<Rate> rates)
    {
        var debts = new double[rates.Count];
        var keys = new RedisKey[rates.Count];
        var values = new RedisValue[rates.Count * 3];
        for (var i = 0; i < rates.Count; i++)
        {
            keys[i] = KeyOf(rates[i]);
            values[i * 3] = rates[i].Interval;
            values[(i * 3) + 1] = rates[i].Burst;
            values[(i * 3) + 2] = debts[i] = owed.TakeOut(rates[i].Key);
        }

        try
        {
            return TimeSpan.FromMicroseconds((long)await redis.Cache.ScriptEvaluateAsync(Script, keys, values));
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            for (var i = 0; i < rates.Count; i++) owed.Add(rates[i].Key, debts[i]);
            Rest(e.Message);
            return null;
        }
    }

    private async Task GiveBackAsync(IReadOnlyList<Rate> rates)
    {
        try
        {
            await redis.Cache.ScriptEvaluateAsync(GiveBack, [.. rates.Select(KeyOf)], [.. rates.Select(x => (RedisValue)x.Interval)]);
        }
        catch (Exception e) when (Outage.IsOfRedis(e))
        {
            // The client has one request less until its allowance is full again.
            Rest(e.Message);
        }
    }

    // The request was admitted. Whether Redis counted it is clear only when the late answer arrives or fails.
    private async Task OweUnlessCountedAsync(Task<TimeSpan?> asked, IReadOnlyList<Rate> rates)
    {
        if (await asked is not { Ticks: 0 }) owed.Add(rates);
    }

    private void Rest(string reason)
    {
        Volatile.Write(ref awayUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
        if (outage.IsDue()) CountedHere(logger, reason);
    }

    [LoggerMessage(LogLevel.Warning, "Rates are counted on this node alone, because Redis does not answer: {Reason}")]
    private static partial void CountedHere(ILogger logger, string reason);
}

/// <summary>The same count within one process, for a limited number of clients.</summary>
public sealed class LocalRates(TimeProvider time, int most = 10_000)
{
    // Clients that arrive when the table is full share this entry.
    private const string Others = "";

    // A full table is searched for expired entries only this often, in microseconds, not at every request.
    private const double BetweenSweeps = 100_000;

    private readonly long began = time.GetTimestamp();
    private readonly Dictionary<string, double> fullAt = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private double sweptAt = double.NegativeInfinity;

    public int Count => fullAt.Count;

    private double Now => time.GetElapsedTime(began).TotalMicroseconds;

    /// <summary>Takes one request from every allowance, or none; all clients without an entry of their own share one.</summary>
    /// <returns>Zero, or how long the client has to wait.</returns>
    public TimeSpan Take(IReadOnlyList<Rate> rates)
    {
        lock (gate) return Take(rates, Now);
    }

    /// <summary>The same, but false when there is no entry for the client: then nothing is taken.</summary>
    public bool TryTake(IReadOnlyList<Rate> rates, out TimeSpan wait)
    {
        lock (gate)
        {
            var now = Now;
            wait = TimeSpan.Zero;
            foreach (var rate in rates)
                if (EntryOf(rate.Key, now) == Others) return false;
            wait = Take(rates, now);
            return true;
        }
    }

    /// <summary>Undoes <see cref="TryTake"/>.</summary>
    public void GiveBack(IReadOnlyList<Rate> rates)
    {
        lock (gate)
        {
            foreach (var rate in rates)
                if (fullAt.TryGetValue(rate.Key, out var full)) fullAt[rate.Key] = full - rate.Interval;
        }
    }

    /// <summary>Counts one request of every allowance, even beyond the limit.</summary>
    public void Add(IReadOnlyList<Rate> rates)
    {
        foreach (var rate in rates) Add(rate.Key, rate.Interval);
    }

    /// <summary>Postpones the time at which the client's allowance is full; does nothing when the table has no room.</summary>
    /// <param name="key">The client, and what the allowance is for.</param>
    /// <param name="microseconds">By how much.</param>
    public void Add(string key, double microseconds)
    {
        if (microseconds <= 0) return;
        lock (gate)
        {
            var now = Now;
            if (EntryOf(key, now) != Others) fullAt[key] = Math.Max(now, fullAt.GetValueOrDefault(key)) + microseconds;
        }
    }

    /// <summary>Removes a client from the table.</summary>
    /// <returns>How many microseconds were left until its allowance was full.</returns>
    public double TakeOut(string key)
    {
        // The table is nearly always empty, and then this needs no lock.
        if (fullAt.Count == 0) return 0;
        lock (gate) return fullAt.Remove(key, out var full) ? Math.Max(0, full - Now) : 0;
    }

    /// <summary>Restores a client's whole allowance; what it took from the shared entry stays taken.</summary>
    public void Forget(string key)
    {
        lock (gate) fullAt.Remove(key);
    }

    private TimeSpan Take(IReadOnlyList<Rate> rates, double now)
    {
        var wait = 0.0;
        foreach (var rate in rates)
        {
            var excess = FullAfter(rate, now) - rate.Burst - now;
            if (excess > rate.Tolerance) wait = Math.Max(wait, excess);
        }

        if (wait > 0) return TimeSpan.FromMicroseconds(Math.Ceiling(wait));
        foreach (var rate in rates) fullAt[EntryOf(rate.Key, now)] = FullAfter(rate, now);
        return TimeSpan.Zero;
    }

    private double FullAfter(Rate rate, double now) => Math.Max(now, fullAt.GetValueOrDefault(EntryOf(rate.Key, now))) + rate.Interval;

    private string EntryOf(string key, double now)
    {
        if (fullAt.Count < most || fullAt.ContainsKey(key)) return key;
        if (now - sweptAt < BetweenSweeps) return Others;
        sweptAt = now;
        foreach (var (entry, at) in fullAt)
            if (at <= now) fullAt.Remove(entry);
        return fullAt.Count < most ? key : Others;
    }
}
