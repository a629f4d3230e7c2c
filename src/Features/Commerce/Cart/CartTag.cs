using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Aarya.Features.Commerce.Cart;

/// <summary>
/// A cart's <c>ETag</c>: the total that was shown, a hyphen, and a hash of the lines and prices. Stock is not part of it, because another
/// shopper's purchase does not change what this shopper agreed to. A checkout with the tag in <c>If-Match</c> orders exactly these lines at
/// these prices, or is refused.
/// </summary>
public static class CartTag
{
    public static string Of(CartView cart) => $"\"{cart.Total.Minor.ToString(CultureInfo.InvariantCulture)}-{HashOf(cart)}\"";

    /// <summary>True when the request has no tag, or a tag of this cart's lines and prices.</summary>
    public static bool Allows(HttpRequest request, CartView cart)
    {
        var tags = request.GetTypedHeaders().IfMatch;
        if (tags.Count == 0) return request.Headers.IfMatch.Count == 0;
        var now = HashOf(cart);
        return tags.Any(x => x.Equals(EntityTagHeaderValue.Any)
            || (!x.IsWeak && x.Tag.AsSpan().Trim('"').EndsWith($"-{now}", StringComparison.Ordinal)));
    }

    /// <summary>The total that the shopper has seen; null when the tag is not one of ours.</summary>
    public static long? TotalSeen(HttpRequest request) =>
        request.GetTypedHeaders().IfMatch is [var tag, ..] && tag.Tag.ToString().Trim('"').Split('-') is [var total, _]
            && long.TryParse(total, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : null;

    private static string HashOf(CartView cart)
    {
        var lines = new StringBuilder();
        foreach (var line in cart.Lines)
            lines.Append(CultureInfo.InvariantCulture, $"{line.Sku} {line.Quantity} {line.UnitPrice.Minor} {line.UnitPrice.Currency}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(lines.ToString())).AsSpan(0, 10));
    }
}
