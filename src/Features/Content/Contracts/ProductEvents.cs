using Aarya.Infrastructure.Messaging.WireEvents;

namespace Aarya.Features.Content.Contracts;

/// <summary>A product as shoppers see it now; a lower version is out of date.</summary>
[WireEvent("commerce.product_published.v1", Streams.Products)]
public sealed record ProductPublishedNotice(
    Guid ProductId, long Version, string Name, string Category, IReadOnlyList<PublishedVariant> Variants);

public sealed record PublishedVariant(string Sku);
