using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Messaging;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Whether a token's session still lives (<c>session:{0}:{id}</c> in Redis). A session that was alive is believed for a second,
/// so one that ends is shut out on every node within that second and a busy shopper costs one question a second. The question also
/// leaves a trace: when the session was last seen, to the minute, and for one that ends when it is idle, that it is not.
/// </summary>
/// <remarks>
/// With Redis away nobody can tell. Reads are then let through on the token alone, which lives 15 minutes at most; what changes
/// something is refused (503), because a stolen token whose session was ended must not buy anything.
/// </remarks>
public sealed partial class SessionGate(RedisConnections redis, CacheBudget budget, TimeProvider clock, ILogger<SessionGate> log)
{
    private const int AboutBytes = 100;
    private const int AskedAtOnce = 500;
    private static readonly TimeSpan BelievedFor = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceOfReads = TimeSpan.FromMilliseconds(500);

    // KEYS: session. ARGV: how old the trace of the last request may be, in ms; the owner that the token names.
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

    private readonly BudgetedCache<Guid, SessionBelief> beliefs = new(budget, static (_, _) => AboutBytes);
    private long lastWarning;

    /// <summary>True while the session lives and is the subject's, and for reads also while Redis is away.</summary>
    /// <exception cref="RedisException">Redis is away and <paramref name="reading"/> is false.</exception>
    public ValueTask<bool> IsOpenAsync(AccessToken token, bool reading)
    {
        if (Holds(token.Belief)) return new(true);
        // Another token of the session may have been seen.
        if (!beliefs.TryGet(token.Caller.SessionId, out var belief) || belief.Owner != token.Caller.Subject || !Holds(belief))
            return AskAsync(token, reading);
        token.Belief = belief;
        return new(true);
    }

    /// <summary>Ends the belief on this node at once; other nodes follow within a second.</summary>
    public void Forget(Guid sessionId)
    {
        if (beliefs.TryGet(sessionId, out var belief)) belief.SeenAt = 0;
    }

    /// <summary>Those of the sessions that have ended; none while Redis is away. It leaves no trace: who merely listens is idle.</summary>
    public async Task<IReadOnlySet<Guid>> FindEndedAsync(IReadOnlyCollection<Guid> sessionIds)
    {
        var ended = new HashSet<Guid>();
        try
        {
            foreach (var some in sessionIds.Chunk(AskedAtOnce))
            {
                if (!redis.State.IsConnected(KeyOf(some[0]))) return ended;
                if (await redis.State.KeyExistsAsync([.. some.Select(KeyOf)]) == some.Length) continue;
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

    private bool Holds(SessionBelief? belief) => belief?.SeenAt is { } seen and not 0 && clock.GetElapsedTime(seen) < BelievedFor;

    private async ValueTask<bool> AskAsync(AccessToken token, bool reading)
    {
        var asked = clock.GetTimestamp();
        var key = KeyOf(token.Caller.SessionId);
        try
        {
            // A read does not wait for a server that is known to be away; a write waits as long as any command does.
            if (reading && !redis.State.IsConnected(key)) return Assume();
            var answer = redis.State.ScriptEvaluateAsync(See, [key], [SeenToTheMinute, token.Caller.Subject.ToString("D")]);
            if ((int)(reading ? await answer.WaitAsync(PatienceOfReads) : await answer) == 0) return false;
        }
        catch (Exception e) when (reading && Outage.Is(e))
        {
            return Assume();
        }

        // One for all tokens of the session, so that all of them can be disappointed.
        var belief = beliefs.GetOrAdd(token.Caller.SessionId, _ => new(token.Caller.Subject));
        belief.SeenAt = asked;
        token.Belief = belief;
        return true;
    }

    private static RedisKey KeyOf(Guid sessionId) => RedisKeys.Session($"{sessionId:D}");

    private bool Assume()
    {
        var last = Volatile.Read(ref lastWarning);
        if ((last == 0 || clock.GetElapsedTime(last) > TimeSpan.FromSeconds(10))
            && Interlocked.CompareExchange(ref lastWarning, clock.GetTimestamp(), last) == last)
            LogAway();
        return true;
    }

    [LoggerMessage(LogLevel.Warning, "Redis does not say which sessions have ended: reads are let through on their tokens alone.")]
    private partial void LogAway();
}

/// <summary>That a session lives, as far as this node knows.</summary>
/// <param name="owner">Whose it is, as Redis says.</param>
internal sealed class SessionBelief(Guid owner)
{
    public Guid Owner => owner;

    private long seenAt;

    /// <summary>A timestamp of the program's clock; 0 when it is not believed.</summary>
    public long SeenAt
    {
        get => Volatile.Read(ref seenAt);
        set => Volatile.Write(ref seenAt, value);
    }
}
