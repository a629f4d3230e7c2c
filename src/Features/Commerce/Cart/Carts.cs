using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Features.Commerce.Cart;

/// <summary>The outcome of a change.</summary>
public enum CartOutcome
{
    /// <summary>The change was made.</summary>
    Changed,

    /// <summary>This change was made before under the same key; the earlier answer is repeated.</summary>
    Replayed,

    /// <summary>The key belongs to another change.</summary>
    KeyReused,

    /// <summary>The line would have more than <see cref="ShoppingCart.MaxPerLine"/>.</summary>
    LineLimit,

    /// <summary>The cart would have more than <see cref="ShoppingCart.MaxLines"/> lines.</summary>
    TooManyLines,

    /// <summary>The cart has no line of that SKU.</summary>
    NoLine,

    /// <summary>The shop never had the SKU.</summary>
    UnknownSku,

    /// <summary>The SKU's product was withdrawn.</summary>
    NotOnSale,
}

/// <param name="Outcome">The outcome of the change.</param>
/// <param name="Cart">The cart afterwards; for a replayed change, the cart at that time; null when the change was refused.</param>
/// <param name="Answer">The recorded answer to a replayed change, if there is one; for an order's lines, when they left the cart.</param>
public sealed record CartChange(CartOutcome Outcome, ShoppingCart? Cart, ReadOnlyMemory<byte> Answer);

/// <summary>
/// The open carts in Redis. Every change except a merge is one run of change-cart.lua: one round trip that changes the cart and appends
/// commerce.cart_changed.v1 to the analytics stream, or does neither.
/// </summary>
public sealed class Carts(RedisConnections redis, StreamPolicies streams, TimeProvider time)
{
    /// <summary>How long a keyed change is recognised, provided that it is among the last 32 of its cart.</summary>
    public static readonly TimeSpan KeyKept = TimeSpan.FromHours(1);

    // A mark is deleted after the step that it protects. A database that is away can delay that step for days.
    private static readonly TimeSpan MarkKept = TimeSpan.FromDays(7);
    private static readonly TimeSpan LateRemoval = TimeSpan.FromMinutes(10);
    private static readonly string Script = EmbeddedText.Of<Carts>("change-cart.lua");

    // Every part has the same limit.
    private readonly long analyticsBytes = streams.Parts.First(x => x.Name == Streams.Analytics).Bytes;
    private readonly CartKeys keys = new(redis.Keys);

    private const string TimedReading =
        """
        local time = redis.call('TIME')
        return {string.format('%d%06d', time[1], time[2]), redis.call('HGETALL', KEYS[1])}
        """;

    // KEYS: a cart. ARGV: SKU, line, SKU, line, ... Deletes the cart if it has exactly these lines.
    private const string DeleteUnchanged =
        """
        if redis.call('HLEN', KEYS[1]) * 2 ~= #ARGV then return 0 end
        for i = 1, #ARGV, 2 do
            if redis.call('HGET', KEYS[1], ARGV[i]) ~= ARGV[i + 1] then return 0 end
        end
        redis.call('DEL', KEYS[1])
        return 1
        """;

    // After that many attempts the guest is still changing the cart; the message that repeats the merge takes the rest.
    private const int MostMerges = 10;

    public async Task<ShoppingCart> ReadAsync(Guid subject) =>
        ShoppingCart.From(subject, await redis.State.HashGetAllAsync(keys.Of($"{subject}")));

    /// <summary>The cart, and when it was read.</summary>
    /// <returns>The time is in Unix microseconds by the clock of Redis, as that of <see cref="TakeOrderedAsync"/>.</returns>
    public async Task<(ShoppingCart Cart, long ReadAt)> ReadTimedAsync(Guid subject)
    {
        var reply = (RedisResult[])(await redis.State.ScriptEvaluateAsync(TimedReading, [keys.Of($"{subject}")]))!;
        return (ShoppingCart.From(subject, (RedisValue[])reply[1]!), (long)reply[0]);
    }

    /// <summary>The cart of a customer, and how long it has not changed.</summary>
    public async Task<(ShoppingCart Cart, TimeSpan Idle)> ReadIdleAsync(Guid customer)
    {
        var key = keys.Of($"{customer}");
        var (lines, left) = (redis.State.HashGetAllAsync(key), redis.State.KeyTimeToLiveAsync(key));
        // From each change on, the cart is kept for the whole time.
        return (ShoppingCart.From(customer, await lines), ShoppingCart.KeptFor(guest: false) - (await left ?? TimeSpan.Zero));
    }

    /// <summary>Adds <paramref name="quantity"/> of the SKU to the cart, at the price that the shopper sees now.</summary>
    public Task<CartChange> AddAsync(CartOwner owner, string sku, int quantity, Offer? offer, VisitOrigin? origin = null) =>
        PutAsync("add", owner, sku, quantity, offer, origin);

    /// <summary>Sets the line of the SKU to <paramref name="quantity"/>, at the price that the shopper sees now.</summary>
    public Task<CartChange> SetAsync(CartOwner owner, string sku, int quantity, Offer? offer, VisitOrigin? origin = null) =>
        PutAsync("set", owner, sku, quantity, offer, origin);

    public Task<CartChange> RemoveAsync(CartOwner owner, string sku) => ChangeAsync("remove", owner, $"remove {sku}", origin: null, sku);

    public Task<CartChange> ClearAsync(CartOwner owner) => ChangeAsync("clear", owner, "clear", origin: null);

    /// <summary>Removes exactly what an order has taken; what was added meanwhile stays. Happens once per order.</summary>
    /// <param name="owner">The owner of the cart now.</param>
    /// <param name="buyer">The owner when the order was placed: the cart may get another one between two deliveries of the message.</param>
    /// <returns>When the lines left the cart, in Unix microseconds by the clock of Redis.</returns>
    public async Task<long> TakeOrderedAsync(Guid owner, Guid buyer, Guid orderId, IEnumerable<(string Sku, int Quantity)> lines)
    {
        if (owner != buyer && await redis.State.StringGetAsync(keys.Taken($"{buyer}", $"{orderId}")) is { IsNull: false } before)
            return (long)before;
        var mark = keys.Taken($"{owner}", $"{orderId}");
        var change = await RunAsync("ordered", owner, ShoppingCart.KeptFor(guest: false), mark, "", "", MarkKept, origin: null,
            [.. lines.SelectMany(x => new RedisValue[] { x.Sku, x.Quantity })]);
        return long.Parse(Encoding.ASCII.GetString(change.Answer.Span), CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// Lets the mark of an order's removal expire soon, after its claim has ended in the database: the same removal may still be under way
    /// elsewhere. Does not wait for Redis.
    /// </summary>
    public void ForgetTaken(Guid subject, Guid orderId) =>
        redis.State.SendKeyExpire(keys.Taken($"{subject}", $"{orderId}"), LateRemoval);

    /// <summary>
    /// Merges a guest's cart into a customer's: for each SKU the larger quantity stays, and no line is lost. Repeating it changes nothing.
    /// The two carts may be in different buckets, which no script can change together: a cart is deleted once the other one has its lines,
    /// and a mark keeps a second attempt, after a crash in between, from adding the same lines again.
    /// </summary>
    public async Task<ShoppingCart> MergeAsync(Guid guest, Guid customer)
    {
        if (guest == customer) return await ReadAsync(customer);
        for (var attempt = 0; attempt < MostMerges; attempt++)
        {
            var lines = await redis.State.HashGetAllAsync(keys.Of($"{guest}"));
            if (lines.Length == 0) break;
            RedisValue[] content =
                [.. lines.OrderBy(x => (string)x.Name!, StringComparer.Ordinal).SelectMany(x => new[] { x.Name, x.Value })];
            var mark = keys.Merged($"{customer}", HashOf(guest, content));
            await RunAsync("merge", customer, ShoppingCart.KeptFor(guest: false), mark, "", "", MarkKept, origin: null, content);
            var isMoved = (bool)await redis.State.ScriptEvaluateAsync(DeleteUnchanged, [keys.Of($"{guest}")], content);
            // If the guest has changed the cart meanwhile, what is new in it is merged, too.
            if (!isMoved) continue;
            await redis.State.KeyDeleteAsync(mark);
            break;
        }

        return await ReadAsync(customer);
    }

    private static string HashOf(Guid guest, RedisValue[] content) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', content.Prepend(guest.ToString())))))[..32];

    /// <summary>Removes the cart as if it had expired.</summary>
    public Task ForgetAsync(Guid subject) => redis.State.KeyDeleteAsync(keys.Of($"{subject}"));

    /// <summary>
    /// Records the answer to the latest keyed change, for a client that repeats it because the answer was lost. An answer to an earlier
    /// change is computed again from the lines at that time.
    /// </summary>
    public void RecordAnswer(CartOwner owner, byte[] answer)
    {
        if (owner.Key is null) return;
        byte[] kept = [.. Encoding.UTF8.GetBytes($"{owner.Key}\n"), .. answer];
        redis.State.SendHashSet(keys.Changes($"{owner.Subject}"), "answer", kept);
    }

    // SKUs that are not on sale go to the script too: a replay of an earlier change must not be refused because of a later withdrawal.
    private Task<CartChange> PutAsync(
        string operation, CartOwner owner, string sku, int quantity, Offer? offer, VisitOrigin? origin) =>
        ChangeAsync(operation, owner, $"{operation} {sku} {quantity}", origin,
            sku,
            offer is { OnSale: true, Price: var price } ? $"{price.Minor}:{price.Currency}" : "",
            quantity,
            offer is null ? "unknown_sku" : "not_on_sale",
            ShoppingCart.MaxPerLine,
            ShoppingCart.MaxLines);

    private Task<CartChange> ChangeAsync(
        string operation, CartOwner owner, string fingerprint, VisitOrigin? origin, params RedisValue[] operands) =>
        RunAsync(operation, owner.Subject, ShoppingCart.KeptFor(owner.IsGuest), keys.Changes($"{owner.Subject}"),
            owner.Key is null ? "" : fingerprint, owner.Key ?? "", KeyKept, origin, operands);

    private async Task<CartChange> RunAsync(
        string operation, Guid subject, TimeSpan kept, RedisKey third, string fingerprint, string key, TimeSpan keyKept,
        VisitOrigin? origin, params RedisValue[] operands)
    {
        var now = time.GetUtcNow();
        RedisKey[] changed = [keys.Of($"{subject}"), keys.Stream($"{subject}"), third];
        RedisValue[] arguments =
        [
            operation, $"{subject}", now.ToString("O", CultureInfo.InvariantCulture), now.ToUnixTimeMilliseconds(), (long)kept.TotalSeconds,
            fingerprint, (long)keyKept.TotalSeconds, $"{Guid.CreateVersion7(now)}", key, analyticsBytes,
            origin?.Source ?? "", origin?.DeviceName ?? "",
            .. operands,
        ];
        var reply = (RedisResult[])(await redis.State.ScriptEvaluateAsync(Script, changed, arguments))!;
        return (string?)reply[0] switch
        {
            "ok" => new(CartOutcome.Changed, ShoppingCart.From(subject, (RedisValue[])reply[2]!), (byte[]?)reply[1]),
            "replayed" => new(CartOutcome.Replayed, ShoppingCart.From(subject, (RedisValue[])reply[2]!), (byte[]?)reply[1]),
            "key_reused" => new(CartOutcome.KeyReused, null, default),
            "line_limit" => new(CartOutcome.LineLimit, null, default),
            "too_many_lines" => new(CartOutcome.TooManyLines, null, default),
            "unknown_sku" => new(CartOutcome.UnknownSku, null, default),
            "not_on_sale" => new(CartOutcome.NotOnSale, null, default),
            "no_line" => new(CartOutcome.NoLine, null, default),
            var unknown => throw new InvalidOperationException($"change-cart.lua answered '{unknown}'."),
        };
    }
}
