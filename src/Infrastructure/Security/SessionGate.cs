using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Checks whether a token's session still exists (<c>session:{bucket}:{id}</c> in Redis). A positive result is cached for a second, so a
/// session that ends is rejected on every node within that second, and a busy shopper costs one query per second. The query also
/// records when the session was last seen, to the minute, and extends a session that would end when it is idle.
/// </summary>
/// <remarks>
/// While Redis does not answer, this cannot be checked. Reads are then allowed by the token alone, which is valid for at most 15
/// minutes; writes are refused (503), because a stolen token whose session was ended must not buy anything.
/// </remarks>
public sealed partial class SessionGate(RedisConnections redis, CacheBudget budget, TimeProvider clock, ILogger<SessionGate> log)
{
    private const int AboutBytes = 100;
    private const int AskedAtOnce = 500;
    private static readonly TimeSpan CachedFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceOfReads = TimeSpan.FromMilliseconds(500);

    // KEYS: session. ARGV: how old the recorded time of the last request may be, in ms; the owner in the token.
    private const string See =
        """
        local s = redis.call('HMGET', KEYS[1], 'user', 'seen', 'idle')
        if s[1] ~= ARGV[2] then return 0 end
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        if now - (tonumber(s[2]) or 0) >= tonumber(ARGV[1]) then redis.call('HSET', KEYS[1], 'seen', now) end
        if s[3] then redis.call('PEXPIRE', KEYS[1], s[3]) end
        return 1
        """;

    private const int SeenToTheMinute = 60_000;

    private readonly BudgetedCache<Guid, CachedSession> cache = new(budget, static (_, _) => AboutBytes);
    private readonly CacheReads reads = budget.ReadsOf("sessions");
    private readonly OutageLine outage = new();

    /// <summary>True while the session exists and belongs to the subject, and for reads while Redis does not answer.</summary>
    /// <exception cref="RedisException">Redis does not answer and <paramref name="reading"/> is false.</exception>
    public ValueTask<bool> IsOpenAsync(AccessToken token, bool reading)
    {
        if (IsFresh(token.CachedSession)) return new(reads.Count(true));
        // A request with another token of the session may have checked it.
        if (!reads.Count(cache.TryGet(token.Caller.SessionId, out var cached) && cached.Owner == token.Caller.Subject && IsFresh(cached)))
            return AskAsync(token, reading);
        token.CachedSession = cached;
        return new(true);
    }

    /// <summary>Drops the cached result on this node at once; other nodes follow within a second.</summary>
    public void Forget(Guid sessionId)
    {
        if (cache.TryGet(sessionId, out var cached)) cached.SeenAt = 0;
    }

    /// <summary>The sessions that have ended; none while Redis does not answer. Does not count as activity: a listener is idle.</summary>
    public async Task<IReadOnlySet<Guid>> FindEndedAsync(IReadOnlyCollection<Guid> sessionIds)
    {
        var ended = new HashSet<Guid>();
        try
        {
            foreach (var some in sessionIds.Chunk(AskedAtOnce))
            {
                if (!redis.State.IsConnected(KeyOf(some[0]))) return ended;
                if (await CountAsync(some) == some.Length) continue;
                var there = await Task.WhenAll(some.Select(x => redis.State.KeyExistsAsync(KeyOf(x))));
                ended.UnionWith(some.Where((_, i) => !there[i]));
            }
        }
        catch (Exception e) when (Outage.Is(e))
        {
            Assume();
        }

        return ended;
    }

    // One command per bucket.
    private async Task<long> CountAsync(Guid[] sessionIds) => (await Task.WhenAll(sessionIds
        .GroupBy(x => redis.Keys.BucketOf($"{x:D}")).Select(x => redis.State.KeyExistsAsync([.. x.Select(KeyOf)])))).Sum();

    private bool IsFresh(CachedSession? cached) => cached?.SeenAt is { } seen and not 0 && clock.GetElapsedTime(seen) < CachedFor;

    private async ValueTask<bool> AskAsync(AccessToken token, bool reading)
    {
        var asked = clock.GetTimestamp();
        var key = KeyOf(token.Caller.SessionId);
        try
        {
            // A read does not wait for a server that is known to be disconnected; a write waits as long as any command does.
            if (reading && !redis.State.IsConnected(key)) return Assume();
            var answer = redis.State.ScriptEvaluateAsync(See, [key], [SeenToTheMinute, token.Caller.Subject.ToString("D")]);
            if ((int)(reading ? await answer.WaitAsync(PatienceOfReads) : await answer) == 0) return false;
        }
        catch (Exception e) when (reading && Outage.Is(e))
        {
            return Assume();
        }

        // Shared by all tokens of the session, so that one revocation reaches all of them.
        var cached = cache.GetOrAdd(token.Caller.SessionId, _ => new(token.Caller.Subject));
        cached.SeenAt = asked;
        token.CachedSession = cached;
        return true;
    }

    private RedisKey KeyOf(Guid sessionId) => redis.Keys.Session($"{sessionId:D}");

    private bool Assume()
    {
        if (outage.IsDue()) LogAway();
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Redis does not answer which sessions have ended: reads are allowed by their tokens alone.")]
    private partial void LogAway();
}

/// <summary>The cached result that a session exists.</summary>
/// <param name="owner">The owner of the session, from Redis.</param>
internal sealed class CachedSession(Guid owner)
{
    public Guid Owner => owner;

    private long seenAt;

    /// <summary>A timestamp of the program's clock; 0 when the result was dropped.</summary>
    public long SeenAt
    {
        get => Volatile.Read(ref seenAt);
        set => Volatile.Write(ref seenAt, value);
    }
}
