using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Commerce.Contracts;

/// <summary>
/// A product as shoppers see it now. A lower version is outdated, and of two with the same version the one with the lower number of the
/// tree.
/// </summary>
/// <param name="Ancestors">The categories above its category, the nearest first.</param>
/// <param name="TreeVersion">Grows when a category moves, which changes no product.</param>
[WireEvent("commerce.product_published.v1", Streams.Products)]
public sealed record ProductPublishedNotice(
    Guid ProductId,
    long Version,
    string Slug,
    string Name,
    string Description,
    string Category,
    IReadOnlyList<string> Images,
    IReadOnlyList<PublishedVariant> Variants,
    DateTimeOffset PublishedAt,
    IReadOnlyList<string> Ancestors,
    IReadOnlyList<string> Materials,
    long TreeVersion);

public sealed record PublishedVariant(
    string Sku, string Size, string Colour, Money Price, Money? CompareAtPrice, int Available, string Barcode);

/// <summary>Shoppers no longer see a product.</summary>
[WireEvent("commerce.product_withdrawn.v1", Streams.Products)]
public sealed record ProductWithdrawnNotice(Guid ProductId, long Version);

/// <summary>How many of a SKU can be bought now; a lower sequence is outdated.</summary>
[WireEvent("commerce.stock_changed.v1", Streams.Products)]
public sealed record StockChangedNotice(string Sku, Guid ProductId, int Available, long Sequence);
