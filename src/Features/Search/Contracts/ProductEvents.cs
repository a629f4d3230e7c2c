using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Search.Contracts;

/// <summary>
/// A product as shoppers see it now. A lower version is out of date, and of two with the same version the one with the lower number of the
/// tree.
/// </summary>
/// <param name="Ancestors">The categories above its category; null in an event from before there were any.</param>
/// <param name="Materials">Null in an event from before there were any.</param>
/// <param name="TreeVersion">Grows when a category moves; null in an event from before it was counted.</param>
[WireEvent("commerce.product_published.v1", Streams.Products)]
public sealed record ProductPublishedNotice(
    Guid ProductId, long Version, string Slug, string Name, string Description, string Category, IReadOnlyList<string> Images,
    IReadOnlyList<PublishedVariant> Variants, DateTimeOffset PublishedAt, IReadOnlyList<string>? Ancestors = null,
    IReadOnlyList<string>? Materials = null, long? TreeVersion = null);

/// <param name="Barcode">Empty for none; null in an event from before there were any.</param>
public sealed record PublishedVariant(
    string Sku, string Size, string Colour, Money Price, int Available, Money? CompareAtPrice = null, string? Barcode = null);

/// <summary>Shoppers no longer see a product.</summary>
[WireEvent("commerce.product_withdrawn.v1", Streams.Products)]
public sealed record ProductWithdrawnNotice(Guid ProductId, long Version);

/// <summary>How many of a SKU can be bought now; a lower sequence is out of date.</summary>
[WireEvent("commerce.stock_changed.v1", Streams.Products)]
public sealed record StockChangedNotice(string Sku, Guid ProductId, int Available, long Sequence);
