namespace Aarya.Features.Search.Engine;

/// <summary>A product as it is indexed.</summary>
/// <param name="Version">The higher one wins, whatever order they come in; of the same, the one with the later tree.</param>
/// <param name="PublishedAt">Null when it is not known: the value in the index stays.</param>
public sealed record ProductDocument(
    Guid Id, long Version, string Slug, string Name, string Description, string Category, string Image,
    IReadOnlyList<VariantDocument> Variants, DateTimeOffset? PublishedAt)
{
    /// <summary>
    /// The categories above its category, the nearest first. Null when they are not known: those in the index stay, if the category is the
    /// same.
    /// </summary>
    public IReadOnlyList<string>? Ancestors { get; init; } = [];

    /// <summary>The version of the tree that <see cref="Ancestors"/> come from.</summary>
    public long TreeVersion { get; init; }

    /// <summary>What it is made of; null when it is not known: the value in the index stays.</summary>
    public IReadOnlyList<string>? Materials { get; init; } = [];

    /// <summary>True when nothing is unknown that the index may know.</summary>
    public bool IsComplete => Ancestors is not null && Materials is not null && Variants.All(x => x.Barcode is not null);
}

/// <param name="Barcode">Empty when it has none; null when it is not known: the value in the index stays.</param>
public sealed record VariantDocument(
    string Sku, string Size, string Colour, Money Price, Money? CompareAtPrice, int Available, string? Barcode = "");

/// <param name="Sequence">The higher one wins; null when it is not known: the value in the index stays.</param>
public sealed record StockDocument(string Sku, int Available, long? Sequence);
