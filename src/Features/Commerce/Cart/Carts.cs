using System.Globalization;
using System.Text;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Features.Commerce.Cart;

/// <summary>What became of a change.</summary>
public enum CartOutcome
{
    /// <summary>The cart is as asked.</summary>
    Changed,

    /// <summary>This change was made before under the same key; the answer of then is repeated.</summary>
    Replayed,

    /// <summary>The key belongs to another change.</summary>
    KeyReused,

    /// <summary>The line would hold more than <see cref="ShoppingCart.MaxPerLine"/>.</summary>
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

/// <param name="Outcome">What became of the change.</param>
/// <param name="Cart">The cart afterwards; for a replayed change as it was then; null when the change was refused.</param>
/// <param name="Answer">What a replayed change was answered, when it got that far.</param>
public sealed record CartChange(CartOutcome Outcome, ShoppingCart? Cart, ReadOnlyMemory<byte> Answer);

/// <summary>
/// The open carts in Redis. Every change is one run of change-cart.lua: one round trip that changes the cart and appends
/// commerce.cart_changed.v1 to the analytics stream, or does neither.
/// </summary>
public sealed class Carts(RedisConnections redis, TimeProvider time)
{
    /// <summary>How long a keyed change is recognised, as long as it is among the last 32 of its cart.</summary>
    public static readonly TimeSpan KeyKept = TimeSpan.FromHours(1);

    // An order's lines leave the cart once, however late the message that says so comes round again.
    private static readonly TimeSpan OrderKept = TimeSpan.FromDays(7);
    private static readonly string Script = EmbeddedText.Of<Carts>("change-cart.lua");

    public async Task<ShoppingCart> ReadAsync(Guid subject) =>
        ShoppingCart.From(subject, await redis.State.HashGetAllAsync(RedisKeys.Cart($"{subject}")));

    /// <summary>Puts <paramref name="quantity"/> more of the SKU into the cart, at the price that the shopper sees now.</summary>
    public Task<CartChange> AddAsync(CartOwner owner, string sku, int quantity, Offer? offer) =>
        PutAsync("add", owner, sku, quantity, offer);

    /// <summary>Makes the line of the SKU hold exactly <paramref name="quantity"/>, at the price that the shopper sees now.</summary>
    public Task<CartChange> SetAsync(CartOwner owner, string sku, int quantity, Offer? offer) =>
        PutAsync("set", owner, sku, quantity, offer);

    public Task<CartChange> RemoveAsync(CartOwner owner, string sku) => ChangeAsync("remove", owner, $"remove {sku}", sku);

    public Task<CartChange> ClearAsync(CartOwner owner) => ChangeAsync("clear", owner, "clear");

    /// <summary>
    /// Takes out what an order has taken, and no more: what was added meanwhile stays. Happens once per order.
    /// </summary>
    /// <returns>The cart as it is now.</returns>
    public async Task<ShoppingCart> TakeOrderedAsync(Guid subject, Guid orderId, IEnumerable<(string Sku, int Quantity)> lines)
    {
        // Of the order, not of the subject: the cart may change hands between two deliveries of the message.
        var marker = RedisKeys.TakenOrder($"{orderId}");
        var change = await RunAsync("ordered", subject, ShoppingCart.KeptFor(guest: false), marker, "", "", OrderKept,
            [.. lines.SelectMany(x => new RedisValue[] { x.Sku, x.Quantity })]);
        // What a replay answers is the cart of then.
        return change.Outcome == CartOutcome.Replayed ? await ReadAsync(subject) : change.Cart!;
    }

    /// <summary>
    /// Moves a guest's cart into a customer's: of every SKU the larger quantity stays, no line is lost. Again = no change.
    /// </summary>
    public async Task<ShoppingCart> MergeAsync(Guid guest, Guid customer) => guest == customer
        ? await ReadAsync(customer)
        : (await RunAsync("merge", customer, ShoppingCart.KeptFor(guest: false), RedisKeys.Cart($"{guest}"), "", "", KeyKept)).Cart!;

    /// <summary>Removes the cart as if it had expired.</summary>
    public Task ForgetAsync(Guid subject) => redis.State.KeyDeleteAsync(RedisKeys.Cart($"{subject}"));

    /// <summary>
    /// Keeps the answer to the latest keyed change, for a client that asks again because the answer got lost. An answer to an earlier
    /// change is made again from the lines of then.
    /// </summary>
    public void RecordAnswer(CartOwner owner, byte[] answer)
    {
        if (owner.Key is null) return;
        byte[] kept = [.. Encoding.UTF8.GetBytes($"{owner.Key}\n"), .. answer];
        redis.State.HashSet(RedisKeys.CartChanges($"{owner.Subject}"), "answer", kept, flags: CommandFlags.FireAndForget);
    }

    // What is not on sale goes to the script too: a change that was made before must not be refused because of what happened since.
    private Task<CartChange> PutAsync(string operation, CartOwner owner, string sku, int quantity, Offer? offer) =>
        ChangeAsync(operation, owner, $"{operation} {sku} {quantity}",
            sku,
            offer is { OnSale: true, Price: var price } ? $"{price.Minor}:{price.Currency}" : "",
            quantity,
            offer is null ? "unknown_sku" : "not_on_sale",
            ShoppingCart.MaxPerLine,
            ShoppingCart.MaxLines);

    private Task<CartChange> ChangeAsync(string operation, CartOwner owner, string fingerprint, params RedisValue[] operands) =>
        RunAsync(operation, owner.Subject, ShoppingCart.KeptFor(owner.IsGuest), RedisKeys.CartChanges($"{owner.Subject}"),
            owner.Key is null ? "" : fingerprint, owner.Key ?? "", KeyKept, operands);

    private async Task<CartChange> RunAsync(
        string operation, Guid subject, TimeSpan kept, RedisKey third, string fingerprint, string key, TimeSpan keyKept,
        params RedisValue[] operands)
    {
        var now = time.GetUtcNow();
        RedisKey[] keys = [RedisKeys.Cart($"{subject}"), RedisKeys.Stream("analytics"), third];
        RedisValue[] arguments =
        [
            operation, $"{subject}", now.ToString("O", CultureInfo.InvariantCulture), now.ToUnixTimeMilliseconds(), (long)kept.TotalSeconds,
            fingerprint, (long)keyKept.TotalSeconds, $"{Guid.CreateVersion7(now)}", key, .. operands,
        ];
        var reply = (RedisResult[])(await redis.State.ScriptEvaluateAsync(Script, keys, arguments))!;
        return (string?)reply[0] switch
        {
            "ok" => new(CartOutcome.Changed, ShoppingCart.From(subject, (RedisValue[])reply[2]!), default),
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
