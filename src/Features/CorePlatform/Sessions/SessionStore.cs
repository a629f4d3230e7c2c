using System.Globalization;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Redis;
using Aarya.Infrastructure.Security;
using StackExchange.Redis;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>
/// Sessions and their refresh tokens, in Redis under <c>session:{bucket}:{id}</c>: a session that is deleted there ends on every node. The
/// set <c>session:{bucket}:of:{owner}</c> has the ids of one owner's sessions, some of which may have expired.
/// <c>session:{bucket}:reused:{id}</c> stays of a session that ended because a refresh token was used twice, until it is certain that the
/// owner is told.
/// </summary>
/// <remarks>
/// The set and the sessions may be in different buckets, which no script can change together. So an id is added to the set before the
/// session's first token is given to anyone, and removed after the session has ended: the set has every session that a token opens.
/// </remarks>
public sealed class SessionStore(RedisConnections redis, SessionGate gate, Sealer sealer, AccountKey key, TimeProvider clock)
{
    /// <summary>How long a used refresh token still returns its successor, for a client that did not receive the answer.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan LongestLifetime = TimeSpan.FromDays(90);
    private static readonly TimeSpan ReusedKept = TimeSpan.FromDays(1);
    private static readonly RedisValue[] Fields = ["user", "guest", "idle", "device", "address", "created", "seen", "epoch"];

    // The clock is that of Redis, so that two nodes cannot disagree about the grace period. A token later than the one that Redis has was
    // issued in the last second, which Redis then lost: its seal proves it. KEYS: session, what stays of it. ARGV: family hash, generation
    // of the presented token, grace ms, lifetime ms, idle ms or 0, lifetime of what stays in ms or 0, the owner.
    private const string Rotate =
        """
        local s = redis.call('HMGET', KEYS[1], 'family', 'generation', 'rotated')
        if s[1] ~= ARGV[1] then return {'unknown'} end
        local t = redis.call('TIME')
        local now = t[1] * 1000 + math.floor(t[2] / 1000)
        local presented, current = tonumber(ARGV[2]), tonumber(s[2])
        if presented >= current then
            redis.call('HSET', KEYS[1], 'generation', presented + 1, 'rotated', now, 'seen', now)
            if ARGV[5] == '0' then redis.call('HDEL', KEYS[1], 'idle') else redis.call('HSET', KEYS[1], 'idle', ARGV[5]) end
            redis.call('PEXPIRE', KEYS[1], ARGV[4])
            return {'rotated', presented + 1}
        end
        if presented == current - 1 and now - s[3] <= tonumber(ARGV[3]) then return {'rotated', current} end
        redis.call('DEL', KEYS[1])
        if ARGV[6] ~= '0' then
            redis.call('HSET', KEYS[2], 'family', ARGV[1], 'user', ARGV[7])
            redis.call('PEXPIRE', KEYS[2], ARGV[6])
        end
        return {'reused'}
        """;

    /// <summary>Opens a session for a customer or a guest; only the caller gets the refresh token.</summary>
    /// <param name="staff">True for staff: the session ends when it is not used for half an hour.</param>
    /// <param name="epoch">The owner's <see cref="User.SessionEpoch"/>.</param>
    public async Task<(Session Session, RefreshToken Token)> StartAsync(Guid userId, bool guest, bool staff = false,
        Device? from = null, int epoch = 0)
    {
        var now = clock.GetUtcNow();
        var session = new Session(Guid.CreateVersion7(now), userId, guest, staff, from ?? Device.Unknown, now, now, epoch);
        var token = RefreshToken.First(session.Id, Sign);
        var hash = KeyOf(session.Id);
        await redis.State.TransactAsync(transaction =>
        {
            _ = transaction.HashSetAsync(hash,
            [
                new("user", userId.ToString("D")),
                new("guest", guest),
                new("device", sealer.Seal(session.From.Name)),
                new("address", sealer.Seal(session.From.Address)),
                new("created", now.ToUnixTimeMilliseconds()),
                new("seen", now.ToUnixTimeMilliseconds()),
                new("family", token.FamilyHash),
                new("generation", token.Generation),
                new("epoch", epoch),
                .. staff ? [new HashEntry("idle", IdleOf(session))] : Array.Empty<HashEntry>(),
            ]);
            _ = transaction.KeyExpireAsync(hash, session.Lifetime);
        });
        // Afterwards: a listing removes an id that has no session.
        await AddToListAsync(userId, session.Id);
        return (session, token);
    }

    /// <summary>The session, or null when it has ended.</summary>
    public async Task<Session?> FindAsync(Guid id) => Read(id, await redis.State.HashGetAsync(KeyOf(id), Fields));

    /// <summary>The sessions of one owner that have not ended, the last one used first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Guid owner)
    {
        var ids = await IdsAsync(owner);
        var found = await Task.WhenAll(ids.Select(FindAsync));
        var gone = ids.Where((_, i) => found[i] is null).Select(x => (RedisValue)KeyIn(x)).ToArray();
        if (gone.Length > 0) await redis.State.SetRemoveAsync(IdsOf(owner), gone);
        return [.. found.OfType<Session>().OrderByDescending(x => x.LastSeenAt).ThenByDescending(x => x.Id)];
    }

    /// <summary>
    /// Exchanges a refresh token for its successor. Two exchanges of the same token within the grace period get the same successor; a later
    /// one means that two parties have the token, and ends the session for both.
    /// </summary>
    /// <param name="staff">Whether the owner is staff now: only then the session ends when it is idle.</param>
    public async Task<(Rotation Outcome, RefreshToken? Successor)> RotateAsync(Session session, RefreshToken presented, bool staff = false)
    {
        if (!presented.IsSealed(Sign)) return (Rotation.Unknown, null);
        session = session with { IsStaff = staff };
        RedisKey[] keys = [KeyOf(session.Id), ReusedOf(session.Id)];
        RedisValue[] values =
        [
            presented.FamilyHash, presented.Generation,
            (long)Grace.TotalMilliseconds, (long)session.Lifetime.TotalMilliseconds, staff ? IdleOf(session) : 0,
            session.IsGuest ? 0 : (long)ReusedKept.TotalMilliseconds, KeyIn(session.UserId),
        ];
        // The session lives longer now, and so must the set. An id whose session has ended meanwhile is removed by the next listing.
        await AddToListAsync(session.UserId, session.Id);
        var answer = (RedisResult[])(await redis.State.ScriptEvaluateAsync(Rotate, keys, values))!;
        switch ((string?)answer[0])
        {
            case "rotated":
                return (Rotation.Rotated, presented.At((uint)(long)answer[1], Sign));
            case "reused":
                await redis.State.SetRemoveAsync(IdsOf(session.UserId), KeyIn(session.Id));
                gate.Forget(session.Id);
                return (Rotation.Reused, null);
            default:
                return (Rotation.Unknown, null);
        }
    }

    /// <summary>
    /// The owner of a session that ended because a refresh token was used twice, if the presented token is one of it and
    /// <see cref="ForgetReusedAsync"/> was not called yet: the request that ended it may have died before the owner was told.
    /// </summary>
    public async Task<Guid?> FindOwnerOfReusedAsync(RefreshToken presented)
    {
        if (!presented.IsSealed(Sign)) return null;
        var kept = await redis.State.HashGetAsync(ReusedOf(presented.SessionId), ["family", "user"]);
        return kept[0] == presented.FamilyHash ? Guid.Parse(kept[1].ToString(), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>It is certain that the owner is told.</summary>
    public Task ForgetReusedAsync(Guid id) => redis.State.KeyDeleteAsync(ReusedOf(id));

    /// <summary>Ends a session and with it all its tokens; does nothing when it has already ended.</summary>
    public async Task EndAsync(Guid id)
    {
        var owner = await redis.State.HashGetAsync(KeyOf(id), "user");
        await redis.State.KeyDeleteAsync(KeyOf(id));
        if (!owner.IsNull) await redis.State.SetRemoveAsync(redis.Keys.SessionsOf(owner.ToString()), KeyIn(id));
        gate.Forget(id);
    }

    /// <summary>Ends every session of an owner, except the named one if there is one.</summary>
    public async Task EndAllAsync(Guid owner, Guid? except = null)
    {
        var ended = (await IdsAsync(owner)).Where(x => x != except).ToList();
        if (ended.Count == 0) return;
        await Task.WhenAll(ended.Select(x => redis.State.KeyDeleteAsync(KeyOf(x))));
        await redis.State.SetRemoveAsync(IdsOf(owner), [.. ended.Select(x => (RedisValue)KeyIn(x))]);
        foreach (var id in ended) gate.Forget(id);
    }

    // Both commands are on their way at once: they have one bucket.
    private async Task AddToListAsync(Guid owner, Guid id)
    {
        var ids = IdsOf(owner);
        await Task.WhenAll(redis.State.SetAddAsync(ids, KeyIn(id)), redis.State.KeyExpireAsync(ids, LongestLifetime));
    }

    private async Task<List<Guid>> IdsAsync(Guid owner) =>
        [.. (await redis.State.SetMembersAsync(IdsOf(owner))).Select(x => Guid.Parse(x.ToString(), CultureInfo.InvariantCulture))];

    private Session? Read(Guid id, RedisValue[] fields) => fields[0].IsNull
        ? null
        : new(id, Guid.Parse(fields[0].ToString(), CultureInfo.InvariantCulture), (bool)fields[1], !fields[2].IsNull,
            fields[3].IsNull ? Device.Unknown : new(sealer.Open(fields[3].ToString()), sealer.Open(fields[4].ToString())),
            Moment(fields[5]), Moment(fields[6]), (int)fields[7]);

    private byte[] Sign(byte[] token) => key.Sign([.. "refresh token\n"u8, .. token]);

    private static long IdleOf(Session session) => (long)session.Lifetime.TotalMilliseconds;

    private static string KeyIn(Guid id) => id.ToString("D");

    private RedisKey KeyOf(Guid id) => redis.Keys.Session(KeyIn(id));

    private RedisKey ReusedOf(Guid id) => redis.Keys.Session(KeyIn(id), prefix: "reused:");

    private RedisKey IdsOf(Guid owner) => redis.Keys.SessionsOf(KeyIn(owner));

    private static DateTimeOffset Moment(RedisValue milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds);
}

/// <summary>The outcome for a presented refresh token.</summary>
public enum Rotation
{
    Rotated,

    /// <summary>Not a token of this session, or the session has ended.</summary>
    Unknown,

    /// <summary>It was used before: the session has ended.</summary>
    Reused,
}
