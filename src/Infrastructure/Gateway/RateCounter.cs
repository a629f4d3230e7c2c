using Aarya.Infrastructure.Messaging;
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
    // In microseconds. Not whole ones: 70,000 per second would become 71,428.
    internal double Interval => Window.TotalMicroseconds / Requests;

    internal double Burst => Window.TotalMicroseconds;

    // The last request of a burst must not fail for the rounding of the others.
    internal double Tolerance => Interval / 2;
}

/// <summary>
/// Counts in Redis, so that a client has one allowance at all nodes together; all its allowances in one round trip, and a
/// refused request uses none of them. Each node counts what it lets through in a book of its own as well, and that book is a bound in
/// itself: whichever of the two answers, and however often that changes, one node never lets more through than the allowance.
/// </summary>
/// <remarks>
/// <para>
/// The bound: while Redis does not answer in time, n nodes together let at most n allowances through. What Redis was not told of meanwhile
/// it is told with the node's next question about that client, before anything else is let through, so that nodes do not add up twice.
/// </para>
/// <para>
/// A node's book has room for 50,000 clients at once. For those beyond that Redis counts alone, and they share one line of the book while
/// it does not answer.
/// </para>
/// <para>The generic cell rate algorithm (ITU-T I.371) keeps one number per key: the time at which the client is even again.</para>
/// </remarks>
public sealed partial class RateCounter(
    RedisConnections redis, TimeProvider time, ILogger<RateCounter> logger, int most = RateCounter.MostClients)
{
    /// <summary>How many clients a node counts by itself.</summary>
    public const int MostClients = 50_000;

    // Microseconds since the beginning of 2026: Lua has 53 bits for them, and three places behind the point shall be right.
    // ARGV, three of each key: interval, burst, and what is owed, all in microseconds.
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
          local even = after[i]
          if wait > 0 then even = before[i] end
          local left = even - now
          if left > 0 and (wait == 0 or tonumber(ARGV[i * 3]) > 0) then
            redis.call('SET', key, string.format('%.3f', even), 'PX', math.max(1, math.ceil(left / 1000)))
          end
        end
        return math.ceil(wait)
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly LocalRates own = new(time, most);
    private readonly LocalRates owed = new(time, most);
    private long awayUntil;

    /// <summary>How long an answer of Redis is waited for: counting must not cost more than what it protects.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromMilliseconds(100);

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

    /// <summary>Null when Redis has not counted it.</summary>
    private async Task<TimeSpan?> AskAsync(IReadOnlyList<Rate> rates)
    {
        var debts = new double[rates.Count];
        var keys = new RedisKey[rates.Count];
        var values = new RedisValue[rates.Count * 3];
        for (var i = 0; i < rates.Count; i++)
        {
            keys[i] = RedisKeys.Rate($"even:{rates[i].Key}");
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

    // It was let through; whether Redis knows that is known when its answer comes, or does not.
    private async Task OweUnlessCountedAsync(Task<TimeSpan?> asked, IReadOnlyList<Rate> rates)
    {
        if (await asked is not { Ticks: 0 }) owed.Add(rates);
    }

    private void Rest(string reason)
    {
        Volatile.Write(ref awayUntil, time.GetTimestamp() + (long)(Pause.TotalSeconds * time.TimestampFrequency));
        CountedHere(logger, reason);
    }

    [LoggerMessage(LogLevel.Warning, "Rates are counted on this node alone, Redis does not answer: {Reason}")]
    private static partial void CountedHere(ILogger logger, string reason);
}

/// <summary>The same count within one process, for no more clients than fit.</summary>
public sealed class LocalRates(TimeProvider time, int most = 10_000)
{
    // Clients that come when the book is full share this line.
    private const string Others = "";

    // A full book is not searched for free lines at every request.
    private const double BetweenSweeps = 100_000;

    private readonly long began = time.GetTimestamp();
    private readonly Dictionary<string, double> evenAt = new(StringComparer.Ordinal);
    private readonly Lock gate = new();
    private double sweptAt = double.NegativeInfinity;

    public int Count => evenAt.Count;

    private double Now => time.GetElapsedTime(began).TotalMicroseconds;

    /// <summary>Takes one request from every allowance, or none; a client for whom there is no line shares one with all such.</summary>
    /// <returns>Zero, or how long the client has to wait.</returns>
    public TimeSpan Take(IReadOnlyList<Rate> rates)
    {
        lock (gate) return Take(rates, Now);
    }

    /// <summary>The same, but false when there is no line for the client: then nothing is taken.</summary>
    public bool TryTake(IReadOnlyList<Rate> rates, out TimeSpan wait)
    {
        lock (gate)
        {
            var now = Now;
            wait = TimeSpan.Zero;
            foreach (var rate in rates)
                if (LineOf(rate.Key, now) == Others) return false;
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
                if (evenAt.TryGetValue(rate.Key, out var even)) evenAt[rate.Key] = even - rate.Interval;
        }
    }

    /// <summary>Notes one request of every allowance, whether the client has it or not.</summary>
    public void Add(IReadOnlyList<Rate> rates)
    {
        foreach (var rate in rates) Add(rate.Key, rate.Interval);
    }

    /// <summary>Puts off the time at which the client is even. What does not fit is not noted.</summary>
    /// <param name="key">Whose, and for what.</param>
    /// <param name="microseconds">By how much.</param>
    public void Add(string key, double microseconds)
    {
        if (microseconds <= 0) return;
        lock (gate)
        {
            var now = Now;
            if (LineOf(key, now) != Others) evenAt[key] = Math.Max(now, evenAt.GetValueOrDefault(key)) + microseconds;
        }
    }

    /// <summary>Takes a client out of the book.</summary>
    /// <returns>How many microseconds it still had to wait to be even.</returns>
    public double TakeOut(string key)
    {
        // Nearly always there is nothing, and then nobody waits for the lock.
        if (evenAt.Count == 0) return 0;
        lock (gate) return evenAt.Remove(key, out var even) ? Math.Max(0, even - Now) : 0;
    }

    /// <summary>Gives a client back what it has taken; what it took of the shared line stays taken.</summary>
    public void Forget(string key)
    {
        lock (gate) evenAt.Remove(key);
    }

    private TimeSpan Take(IReadOnlyList<Rate> rates, double now)
    {
        var wait = 0.0;
        foreach (var rate in rates)
        {
            var excess = EvenAfter(rate, now) - rate.Burst - now;
            if (excess > rate.Tolerance) wait = Math.Max(wait, excess);
        }

        if (wait > 0) return TimeSpan.FromMicroseconds(Math.Ceiling(wait));
        foreach (var rate in rates) evenAt[LineOf(rate.Key, now)] = EvenAfter(rate, now);
        return TimeSpan.Zero;
    }

    private double EvenAfter(Rate rate, double now) => Math.Max(now, evenAt.GetValueOrDefault(LineOf(rate.Key, now))) + rate.Interval;

    private string LineOf(string key, double now)
    {
        if (evenAt.Count < most || evenAt.ContainsKey(key)) return key;
        if (now - sweptAt < BetweenSweeps) return Others;
        sweptAt = now;
        foreach (var (line, at) in evenAt)
            if (at <= now) evenAt.Remove(line);
        return evenAt.Count < most ? key : Others;
    }
}
