using System.Text.Json.Serialization;
using Aarya.Features.Commerce.Taxation;
using JasperFx.Metadata;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The status of a product.</summary>
public enum ProductStatus
{
    /// <summary>Never on sale so far.</summary>
    Draft,

    /// <summary>On sale.</summary>
    Published,

    /// <summary>Was on sale, and may be again.</summary>
    Withdrawn,

    /// <summary>Archived: its slug and its SKUs are free for other products.</summary>
    Archived,
}

/// <summary>A product of the shop, with its sizes and colours.</summary>
public sealed class Product : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    /// <summary>Its name in URLs: lower-case letters, digits and hyphens; unique.</summary>
    public string Slug { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>The slug of its <see cref="Catalog.Category"/>.</summary>
    public string Category { get; set; } = "";

    /// <summary>What it is made of, such as Silk and Cotton.</summary>
    public IReadOnlyList<string> Materials { get; set; } = [];

    /// <summary>The addresses of its images, the main image first.</summary>
    public IReadOnlyList<string> Images { get; set; } = [];

    public IReadOnlyList<Variant> Variants { get; set; } = [];

    /// <summary>Its HSN code in the customs tariff, which determines its tax; see <see cref="GoodsAndServicesTax"/>.</summary>
    public string HsnCode { get; set; } = GoodsAndServicesTax.UsualCode;

    /// <summary>Shoppers see it and can buy it.</summary>
    public bool Published { get; set; }

    /// <summary>To the microsecond, which is the precision of the database: cursors are compared with it.</summary>
    public DateTimeOffset PublishedAt
    {
        get;
        set => field = value.ToMicrosecond();
    }

    /// <summary>Grows by one with every change: shows other contexts which of two snapshots is newer.</summary>
    public long Revision { get; set; } = 1;

    /// <summary>Null for a product that was last changed before drafts and archived products existed.</summary>
    public ProductStatus? Stage { get; set; }

    [JsonIgnore]
    public ProductStatus Status =>
        Stage ?? (Published ? ProductStatus.Published : Revision == 1 ? ProductStatus.Draft : ProductStatus.Withdrawn);

    /// <summary>Its status before it was archived.</summary>
    public ProductStatus? ArchivedFrom { get; set; }

    /// <summary>When staff last changed it; null when they never did.</summary>
    public DateTimeOffset? ChangedAt { get; set; }

    [JsonIgnore]
    public DateTimeOffset UpdatedAt => ChangedAt ?? PublishedAt;

    /// <summary>The revision in which each trait was last changed: a reader of an earlier revision has not seen that change.</summary>
    public Dictionary<string, long> ChangedIn { get; set; } = [];

    /// <summary>Its former slugs, the latest last; other products may have them now.</summary>
    public IReadOnlyList<string> FormerSlugs { get; set; } = [];

    /// <summary>
    /// Sets its variants and its images; without images, the shop draws one for each colour. A variant may have its own image.
    /// </summary>
    public void Dress(IEnumerable<Variant> variants, IReadOnlyList<string> images)
    {
        var worn = variants.ToList();
        var own = images.Where(x => !DrawnImages.Has(x)).ToList();
        var drawn = DrawnImages.EachColour(this, worn.Select(x => x.Colour));
        Images = own.Count > 0 ? own : [.. drawn.Values];
        Variants = [.. worn.Select(x => x with { Image = HasOwnImage(x) ? x.Image : own.Count > 0 ? own[0] : drawn[x.Colour] })];
    }

    /// <summary>Makes a change; false when nothing differs afterwards.</summary>
    public bool Change(Action<Product> change, DateTimeOffset now)
    {
        var was = ProductTraits.Of(this);
        change(this);
        var changed = ProductTraits.Differing(was, ProductTraits.Of(this));
        if (changed.Count == 0) return false;
        Revision++;
        ChangedAt = now.ToMicrosecond();
        foreach (var trait in changed) ChangedIn[trait] = Revision;
        return true;
    }

    /// <summary>Changes its slug; the former one becomes free.</summary>
    public void Move(string slug)
    {
        if (slug == Slug) return;
        FormerSlugs = [.. FormerSlugs.Where(x => x != slug && x != Slug).TakeLast(MostFormerSlugs - 1), Slug];
        Slug = slug;
    }

    private const int MostFormerSlugs = 20;

    private static bool HasOwnImage(Variant x) => x.Image.Length > 0 && !DrawnImages.Has(x.Image);
}

/// <summary>One size and colour of a product: what is priced, stocked and bought.</summary>
/// <param name="Barcode">Its GTIN, as printed on its label; empty when it has none.</param>
public sealed record Variant(
    string Sku, string Size, string Colour, Money Price, Money? CompareAtPrice, string Image, string Barcode = "")
{
    /// <summary>
    /// The barcode in 14 digits, which is the same for a UPC-A and its EAN-13 (GS1 General Specifications); null when it has none.
    /// </summary>
    [JsonIgnore]
    public string? Gtin => GtinOf(Barcode);

    internal static string? GtinOf(string? barcode) => string.IsNullOrEmpty(barcode) ? null : barcode.PadLeft(14, '0');
}

/// <summary>A category of the shop.</summary>
public sealed class Category : IVersioned
{
    /// <summary>The slug, by which products and filters refer to it.</summary>
    public string Id { get; set; } = "";

    public Guid Version { get; set; }

    public string Name { get; set; } = "";

    /// <summary>The slug of the category above it; null for one at the top.</summary>
    public string? Parent { get; set; }

    /// <summary>Its position in the list of categories.</summary>
    public int Position { get; set; }
}
