using Aarya.Features.Commerce.Catalog.Pictures;
using Aarya.Features.Commerce.Taxation;
using JasperFx.Metadata;

namespace Aarya.Features.Commerce.Catalog;

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
    public long Revision { get; set; }

    /// <summary>Gives it its variants and its images; without any, the shop draws one for each colour.</summary>
    public void Dress(IEnumerable<Variant> variants, IReadOnlyList<string> images)
    {
        var worn = variants.ToList();
        var drawn = Picture.EachColour(this, worn.Select(x => x.Colour));
        Images = images.Count > 0 ? images : [.. drawn.Values];
        Variants = [.. worn.Select(x => x with { Image = images.Count > 0 ? images[0] : drawn[x.Colour] })];
    }
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
