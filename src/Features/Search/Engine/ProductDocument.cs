namespace Aarya.Features.Search.Engine;

/// <summary>A product as it is indexed.</summary>
/// <param name="Version">The higher one wins, whatever order they come in.</param>
/// <param name="PublishedAt">Null when it is not known: the value in the index stays.</param>
public sealed record ProductDocument(
    Guid Id, long Version, string Slug, string Name, string Description, string Category, string Image,
    IReadOnlyList<VariantDocument> Variants, DateTimeOffset? PublishedAt)
{
    /// <summary>The categories above its category, the nearest first.</summary>
    public IReadOnlyList<string> Ancestors { get; init; } = [];

    /// <summary>What it is made of.</summary>
    public IReadOnlyList<string> Materials { get; init; } = [];
}

/// <param name="Barcode">Empty when it has none.</param>
public sealed record VariantDocument(
    string Sku, string Size, string Colour, Money Price, Money? CompareAtPrice, int Available, string Barcode = "");
