namespace Aarya.Features.Content.Letters;

/// <param name="Price">What one piece costs now.</param>
public sealed record CartNewsLine(string Name, int Quantity, Money Price);

/// <summary>What is in a shopper's cart.</summary>
/// <param name="Url">The page of the cart, if there is a storefront.</param>
public sealed record CartNews(string Name, IReadOnlyList<CartNewsLine> Lines, string? Url);
