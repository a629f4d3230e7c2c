using System.Text.Json.Serialization;
using Aarya.Features.Commerce.Catalog.Pictures;
using Aarya.Features.Commerce.Taxation;
using JasperFx.Metadata;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>How far a product has come.</summary>
public enum ProductStatus
{
    /// <summary>Never on sale so far.</summary>
    Draft,

    /// <summary>On sale.</summary>
    Published,

    /// <summary>Was on sale, and may be again.</summary>
    Withdrawn,

    /// <summary>Ended: its slug and its SKUs are free for others.</summary>
    Archived,
}

/// <summary>Something the shop sells, in its sizes and colours.</summary>
public sealed class Product : IVersioned
{
    public Guid Id { get; set; }

    public Guid Version { get; set; }

    /// <summary>The name in addresses: lower case, digits and hyphens; no two products share one.</summary>
    public string Slug { get; set; } = "";

    public string Name { get; set; } = "";

    public string Description { get; set; } = "";

    /// <summary>The slug of its <see cref="Catalog.Category"/>.</summary>
    public string Category { get; set; } = "";

    /// <summary>Addresses of its pictures, the one to show first.</summary>
    public IReadOnlyList<string> Images { get; set; } = [];

    public IReadOnlyList<Variant> Variants { get; set; } = [];

    /// <summary>What it is in the customs tariff: its tax follows from it, see <see cref="GoodsAndServicesTax"/>.</summary>
    public string HsnCode { get; set; } = GoodsAndServicesTax.UsualCode;

    /// <summary>Shoppers see it and can buy it.</summary>
    public bool Published { get; set; }

    /// <summary>To the microsecond, which is what the database keeps: pages are cut by it.</summary>
    public DateTimeOffset PublishedAt
    {
        get;
        set => field = value.AddTicks(-(value.Ticks % TimeSpan.TicksPerMicrosecond));
    }

    /// <summary>Grows by one with every change: tells other contexts which of two snapshots is the newer.</summary>
    public long Revision { get; set; } = 1;

    /// <summary>Null for a product that was last changed before there was anything but on sale and not.</summary>
    public ProductStatus? Stage { get; set; }

    [JsonIgnore]
    public ProductStatus Status =>
        Stage ?? (Published ? ProductStatus.Published : Revision == 1 ? ProductStatus.Draft : ProductStatus.Withdrawn);

    /// <summary>What it was before it ended.</summary>
    public ProductStatus? ArchivedFrom { get; set; }

    /// <summary>When staff last changed it; null for never since it was made.</summary>
    public DateTimeOffset? ChangedAt { get; set; }

    [JsonIgnore]
    public DateTimeOffset UpdatedAt => ChangedAt ?? PublishedAt;

    /// <summary>The revision in which each trait was last changed: a reader of an earlier revision has missed these.</summary>
    public Dictionary<string, long> ChangedIn { get; set; } = [];

    /// <summary>The slugs that it had before, the last one last; others may have them now.</summary>
    public IReadOnlyList<string> FormerSlugs { get; set; } = [];

    /// <summary>
    /// Gives it its variants and its images; without any, the shop draws one for each colour. A variant may have an image of its own.
    /// </summary>
    public void Dress(IEnumerable<Variant> variants, IReadOnlyList<string> images)
    {
        var worn = variants.ToList();
        var own = images.Where(x => !Picture.IsDrawn(x)).ToList();
        var drawn = Picture.EachColour(this, worn.Select(x => x.Colour));
        Images = own.Count > 0 ? own : [.. drawn.Values];
        Variants = [.. worn.Select(x => x with { Image = HasOwnImage(x) ? x.Image : own.Count > 0 ? own[0] : drawn[x.Colour] })];
    }

    /// <summary>Makes a change; false when everything is as it was.</summary>
    public bool Change(Action<Product> change, DateTimeOffset now)
    {
        var was = ProductTraits.Of(this);
        change(this);
        var changed = ProductTraits.Differing(was, ProductTraits.Of(this));
        if (changed.Count == 0) return false;
        Revision++;
        ChangedAt = now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        foreach (var trait in changed) ChangedIn[trait] = Revision;
        return true;
    }

    /// <summary>Gives it another slug; the one that it had is free.</summary>
    public void Move(string slug)
    {
        if (slug == Slug) return;
        FormerSlugs = [.. FormerSlugs.Where(x => x != slug && x != Slug).TakeLast(MostFormerSlugs - 1), Slug];
        Slug = slug;
    }

    private const int MostFormerSlugs = 20;

    private static bool HasOwnImage(Variant x) => x.Image.Length > 0 && !Picture.IsDrawn(x.Image);
}

/// <summary>One size and colour of a product: what is priced, stocked and bought.</summary>
public sealed record Variant(string Sku, string Size, string Colour, Money Price, Money? CompareAtPrice, string Image);

/// <summary>A shelf of the shop.</summary>
public sealed class Category : IVersioned
{
    /// <summary>The slug, which products and filters name it by.</summary>
    public string Id { get; set; } = "";

    public Guid Version { get; set; }

    public string Name { get; set; } = "";

    /// <summary>Where it stands among the others.</summary>
    public int Position { get; set; }
}
