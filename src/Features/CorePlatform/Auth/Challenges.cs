using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// Logins whose password was right and that still need the second factor: kept in Redis for five minutes and five tries. Redis stores only
/// the hashes of the challenges.
/// </summary>
public sealed class Challenges(RedisConnections redis)
{
    public const int Longest = 64;
    public const int Tries = 5;

    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const int Size = 32;

    // KEYS: challenge. ARGV: how many tries it allows.
    private const string Try =
        """
        if redis.call('EXISTS', KEYS[1]) == 0 then return nil end
        if redis.call('HINCRBY', KEYS[1], 'tries', 1) > tonumber(ARGV[1]) then
            redis.call('DEL', KEYS[1])
            return nil
        end
        return redis.call('HMGET', KEYS[1], 'user', 'stamp', 'device')
        """;

    /// <summary>The challenge that the client sends back with the code.</summary>
    /// <param name="device">The device that sent the password, if it is known.</param>
    public async Task<string> SetAsync(User user, string? device)
    {
        var challenge = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Size));
        await redis.State.TransactAsync(transaction =>
        {
            _ = transaction.HashSetAsync(KeyOf(challenge),
                [new("user", user.Id.ToString("D")), new("stamp", StampOf(user)), new("device", device ?? "")]);
            _ = transaction.KeyExpireAsync(KeyOf(challenge), Lifetime);
        });
        return challenge;
    }

    /// <summary>Uses up one try. Null when the challenge does not exist, has expired or has no tries left.</summary>
    public async Task<Challenged?> TryAsync(string challenge)
    {
        var answer = await redis.State.ScriptEvaluateAsync(Try, [KeyOf(challenge)], [Tries]);
        return answer.IsNull
            ? null
            : new(Guid.Parse((string)answer[0]!, CultureInfo.InvariantCulture), (string)answer[1]!,
                (string?)answer[2] is { Length: > 0 } device ? device : null);
    }

    /// <summary>False when another request was faster.</summary>
    public Task<bool> SpendAsync(string challenge) => redis.State.KeyDeleteAsync(KeyOf(challenge));

    internal static string StampOf(User user) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(user.SecurityStamp)));

    private RedisKey KeyOf(string challenge) =>
        redis.Keys.Session(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(challenge))), prefix: "challenge:");
}

/// <summary>The user whose second factor is pending, and the account's stamp when the password was checked.</summary>
/// <param name="Device">The device that sent the password, if it is known.</param>
public sealed record Challenged(Guid UserId, string Stamp, string? Device)
{
    public bool IsStillGoodFor(User user) => user.TwoFactorEnabled && user.DeactivatedAt is null && Stamp == Challenges.StampOf(user);
}
