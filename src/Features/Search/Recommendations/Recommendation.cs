using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Recommendations;

/// <summary>Why a product is recommended.</summary>
public enum ReasonKind
{
    /// <summary>Shoppers often buy it with the named product.</summary>
    BoughtTogether,

    /// <summary>It is like the named product.</summary>
    Related,

    /// <summary>It sells at present; what sells most comes first.</summary>
    Trending,

    /// <summary>It is new in the shop.</summary>
    New,

    /// <summary>It is like the named product, which the shopper has looked at.</summary>
    Viewed,
}

/// <param name="ProductId">The product that it goes with or is like; null for other reasons.</param>
/// <param name="ProductName">The name of that product.</param>
public sealed record Reason(ReasonKind Kind, Guid? ProductId = null, string? ProductName = null);

/// <summary>A product that is recommended, with its lowest price.</summary>
public sealed record Recommendation(Guid Id, string Slug, string Name, string Category, Money Price, Money? CompareAtPrice, string? Image,
    bool InStock, Reason Because)
{
    internal static Recommendation Of(ProductHit product, Reason because) => new(
        product.Id, product.Slug, product.Name, product.Category, product.Price, product.CompareAtPrice, product.Image, product.InStock,
        because);
}

public sealed record RecommendedProducts(IReadOnlyList<Recommendation> Items);
