using System.Globalization;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Redis;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Aarya.Features.Search.Recommendations;

/// <summary>
/// What each shopper has looked at last, in Redis: of an account or a guest the newest products, for 30 days after the last view. The
/// shoppers share a fixed number of tables of a fixed size; in a full one, the shopper who has been away longest gives way. It may be lost
/// at any time: recommendations then go without it. Redis has a tenth of a second for an answer; after a failed
/// reading nothing is read for a second, and after a failed writing nothing is written.
/// </summary>
public sealed partial class Views(RedisConnections redis, TimeProvider time, ILogger<Views> log)
{
    /// <summary>How many products of a shopper are remembered.</summary>
    public const int MostProducts = 10;

    /// <summary>How many shoppers a table has.</summary>
    public const int MostShoppers = 32;

    /// <summary>How long a shopper's views are remembered after the last one.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private const int Tables = 4_096;
    private const int TimeLength = 10;
    private const int IdLength = 16;

    private static readonly string Script = EmbeddedText.Of<Views>("view-product.lua");
    private readonly Patient reading = new("read");
    private readonly Patient writing = new("remembered");

    /// <summary>Remembers that the shopper has looked at a product; forgets it while Redis does not answer.</summary>
    public Task AddAsync(Guid subject, Guid product) => writing.TryAsync(this, time, async () => await ChangeAsync(subject, [product]));

    /// <summary>The products that the shopper has looked at, the latest first; none while Redis does not answer.</summary>
    public async Task<IReadOnlyList<Guid>> OfAsync(Guid subject) => await reading.TryAsync(this, time, () => ReadAsync(subject)) ?? [];

    /// <summary>The same, but an outage is the caller's.</summary>
    public async Task<IReadOnlyList<Guid>> ReadAsync(Guid subject)
    {
        var value = (byte[]?)await redis.Cache.HashGetAsync(TableOf(subject), $"{subject:D}");
        if (value is null || !IsKept(value)) return [];
        return
        [
            .. Enumerable.Range(0, (value.Length - TimeLength) / IdLength)
                .Select(x => new Guid(value.AsSpan(TimeLength + (x * IdLength), IdLength), bigEndian: true)),
        ];
    }

    /// <summary>A guest signed in: what the guest has looked at counts for the account. Repeating it changes nothing.</summary>
    public async Task HandOverAsync(Guid guest, Guid account)
    {
        var viewed = await ReadAsync(guest);
        if (viewed.Count > 0) await ChangeAsync(account, viewed);
        await ForgetAsync(guest);
    }

    public Task ForgetAsync(Guid subject) => ChangeAsync(subject, []);

    private Task<RedisResult> ChangeAsync(Guid subject, IReadOnlyList<Guid> products)
    {
        var now = time.GetUtcNow();
        return redis.Cache.ScriptEvaluateAsync(Script, [TableOf(subject)],
        [
            $"{subject:D}", now.ToUnixTimeSeconds(), (now - Kept).ToUnixTimeSeconds(), MostProducts, MostShoppers,
            (long)Kept.TotalSeconds, .. products.Select(x => (RedisValue)x.ToByteArray(bigEndian: true)),
        ]);
    }

    private bool IsKept(byte[] value) =>
        long.Parse(value.AsSpan(0, TimeLength), CultureInfo.InvariantCulture) >= (time.GetUtcNow() - Kept).ToUnixTimeSeconds();

    // By the random end of the id: its beginning is a time.
    private static RedisKey TableOf(Guid subject)
    {
        Span<byte> id = stackalloc byte[IdLength];
        subject.TryWriteBytes(id, bigEndian: true, out _);
        return RedisKeys.Cache("viewed", string.Create(CultureInfo.InvariantCulture, $"{((id[14] << 8) | id[15]) % Tables}"));
    }

    // Waits for Redis for a moment, and after a failure does not ask it for a while.
    private sealed class Patient(string use)
    {
        private readonly OutageLine outage = new();
        private long restUntil;

        public async Task<T?> TryAsync<T>(Views views, TimeProvider clock, Func<Task<T>> ask)
        {
            if (clock.GetTimestamp() < Volatile.Read(ref restUntil)) return default;
            try
            {
                return await ask().WaitAsync(Patience, clock);
            }
            catch (Exception e) when (Outage.IsOfRedis(e))
            {
                Volatile.Write(ref restUntil, clock.GetTimestamp() + (long)(Rest.TotalSeconds * clock.TimestampFrequency));
                if (outage.IsDue()) views.LogLost(use, e.Message);
                return default;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "What shoppers look at cannot be {Use}, because Redis does not answer: {Reason}")]
    private partial void LogLost(string use, string reason);
}
