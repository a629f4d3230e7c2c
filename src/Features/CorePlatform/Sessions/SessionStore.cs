using System.Globalization;
using System.Security.Cryptography;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Security;
using StackExchange.Redis;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Sessions and their refresh tokens, in Redis under <c>session:{id}</c>: what is deleted there is shut out on every node.</summary>
public sealed class SessionStore(RedisConnections redis, SessionGate gate, TimeProvider clock)
{
    /// <summary>How long a used refresh token still answers with its successor, for a client that never got the answer.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    // The clock is that of Redis, so that two nodes cannot disagree about the grace.
    // KEYS: session. ARGV: family hash, hash of the presented secret, salt, hash of the successor, grace ms, lifetime ms.
    private const string Rotate =
        """
        local s = redis.call('HMGET', KEYS[1], 'family', 'current', 'previous', 'salt', 'rotated')
        if s[1] ~= ARGV[1] then return {'unknown'} end
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        if s[2] == ARGV[2] then
            redis.call('HSET', KEYS[1], 'current', ARGV[4], 'previous', ARGV[2], 'salt', ARGV[3], 'rotated', now, 'seen', now)
            redis.call('PEXPIRE', KEYS[1], ARGV[6])
            return {'rotated', ARGV[3]}
        end
        if s[3] == ARGV[2] and now - s[5] <= tonumber(ARGV[5]) then return {'rotated', s[4]} end
        redis.call('DEL', KEYS[1])
        return {'reused'}
        """;

    /// <summary>Opens a session for a customer or a guest; the refresh token is known to nobody else.</summary>
    public async Task<(Session Session, RefreshToken Token)> StartAsync(Guid userId, bool guest)
    {
        var now = clock.GetUtcNow();
        var session = new Session(Guid.CreateVersion7(now), userId, guest, now, now);
        var token = RefreshToken.For(session.Id);
        var key = KeyOf(session.Id);
        var transaction = redis.State.CreateTransaction();
        _ = transaction.HashSetAsync(key,
        [
            new("user", userId.ToString("D")),
            new("guest", guest),
            new("created", now.ToUnixTimeMilliseconds()),
            new("seen", now.ToUnixTimeMilliseconds()),
            new("family", token.FamilyHash),
            new("current", token.SecretHash),
        ]);
        _ = transaction.KeyExpireAsync(key, session.Lifetime);
        await transaction.ExecuteAsync();
        return (session, token);
    }

    /// <summary>The session, or null when it has ended.</summary>
    public async Task<Session?> FindAsync(Guid id)
    {
        var fields = await redis.State.HashGetAsync(KeyOf(id), ["user", "guest", "created", "seen"]);
        return fields[0].IsNull
            ? null
            : new(id, Guid.Parse(fields[0].ToString(), CultureInfo.InvariantCulture), (bool)fields[1], Moment(fields[2]), Moment(fields[3]));
    }

    /// <summary>
    /// Exchanges a refresh token for its successor. Two exchanges of the same token within the grace get the same successor;
    /// one after that means that two parties hold it, and ends the session for both.
    /// </summary>
    public async Task<(Rotation Outcome, RefreshToken? Successor)> RotateAsync(Session session, RefreshToken presented)
    {
        var salt = RandomNumberGenerator.GetBytes(16);
        var answer = (RedisResult[])(await redis.State.ScriptEvaluateAsync(Rotate, [KeyOf(session.Id)],
        [
            presented.FamilyHash, presented.SecretHash, salt, presented.Successor(salt).SecretHash,
            (long)Grace.TotalMilliseconds, (long)session.Lifetime.TotalMilliseconds,
        ]))!;
        switch ((string?)answer[0])
        {
            case "rotated":
                return (Rotation.Rotated, presented.Successor((byte[])answer[1]!));
            case "reused":
                gate.Forget(KeyIn(session.Id));
                return (Rotation.Reused, null);
            default:
                return (Rotation.Unknown, null);
        }
    }

    /// <summary>Ends a session and with it all its tokens; one that has ended already stays so.</summary>
    public async Task EndAsync(Guid id)
    {
        await redis.State.KeyDeleteAsync(KeyOf(id));
        gate.Forget(KeyIn(id));
    }

    /// <summary>Ends every session of a person.</summary>
    public async Task EndAllOfAsync(Guid userId)
    {
        foreach (var server in redis.StateConnection.GetServers().Where(x => !x.IsReplica))
        {
            await foreach (var key in server.KeysAsync(pattern: RedisKeys.Session("*").ToString(), pageSize: 500))
            {
                if (await redis.State.HashGetAsync(key, "user") == userId.ToString("D")) await EndAsync(Guid.Parse(key.ToString()["session:".Length..]));
            }
        }
    }

    private static string KeyIn(Guid id) => id.ToString("D");

    private static RedisKey KeyOf(Guid id) => RedisKeys.Session(KeyIn(id));

    private static DateTimeOffset Moment(RedisValue milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}

/// <summary>What became of a refresh token that was presented.</summary>
public enum Rotation
{
    Rotated,

    /// <summary>Not a token of this session, or the session has ended.</summary>
    Unknown,

    /// <summary>It was used before: the session is over.</summary>
    Reused,
}
