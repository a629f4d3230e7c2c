using System.Globalization;
using StackExchange.Redis;

namespace Aarya.Features.Commerce.Cart;

/// <summary>The quantity of one SKU in a cart, and the price that was shown when the shopper last set it.</summary>
public sealed record CartLine(string Sku, int Quantity, Money PriceSeen, DateTimeOffset AddedAt)
{
    /// <summary>The line as change-cart.lua stores it: <c>quantity:price:currency:added</c>.</summary>
    internal static CartLine From(string sku, ReadOnlySpan<char> packed)
    {
        Span<Range> parts = stackalloc Range[4];
        packed.Split(parts, ':');
        return new(
            sku,
            int.Parse(packed[parts[0]], CultureInfo.InvariantCulture),
            new(long.Parse(packed[parts[1]], CultureInfo.InvariantCulture),
                packed[parts[2]] is Money.Inr ? Money.Inr : packed[parts[2]].ToString()),
            DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(packed[parts[3]], CultureInfo.InvariantCulture)));
    }
}

/// <summary>A shopper's open cart; the line that was added first comes first.</summary>
public sealed record ShoppingCart(Guid Subject, IReadOnlyList<CartLine> Lines)
{
    public const int MaxPerLine = 20;

    public const int MaxLines = 100;

    /// <summary>Guests do not return to a cart after a month; a customer's cart is kept for the next season.</summary>
    public static TimeSpan KeptFor(bool guest) => TimeSpan.FromDays(guest ? 30 : 90);

    public int QuantityOf(string sku) => Lines.FirstOrDefault(x => x.Sku == sku)?.Quantity ?? 0;

    /// <summary>The cart without these quantities per SKU; a line with no pieces left is removed.</summary>
    public ShoppingCart Without(IReadOnlyDictionary<string, int> pieces) => this with
    {
        Lines = [.. Lines.Select(x => x with { Quantity = x.Quantity - pieces.GetValueOrDefault(x.Sku) }).Where(x => x.Quantity > 0)],
    };

    internal static ShoppingCart From(Guid subject, HashEntry[] entries) =>
        InOrder(subject, Array.ConvertAll(entries, x => CartLine.From((string)x.Name!, (string)x.Value!)));

    /// <param name="flat">SKU and line in turn, as a script returns a hash.</param>
    internal static ShoppingCart From(Guid subject, RedisValue[] flat)
    {
        var lines = new CartLine[flat.Length / 2];
        for (var i = 0; i < lines.Length; i++) lines[i] = CartLine.From((string)flat[2 * i]!, (string)flat[(2 * i) + 1]!);
        return InOrder(subject, lines);
    }

    private static ShoppingCart InOrder(Guid subject, CartLine[] lines)
    {
        Array.Sort(lines,
            static (one, other) => one.AddedAt.CompareTo(other.AddedAt) is var age and not 0
                ? age
                : string.CompareOrdinal(one.Sku, other.Sku));
        return new(subject, lines);
    }
}
