using System.Text;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Caching;
using Marten;

namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>The pictures that the shop draws of its products; <see cref="DrawnImages"/> has their addresses.</summary>
public sealed class Picture(ICommerceStore store, CacheBudget budget, TimeProvider time)
{
    private const string Forever = "public, max-age=31536000, immutable";
    private const string AnHour = "public, max-age=3600";

    private readonly ReadyAnswers drawn = new(budget, time, TimeSpan.FromSeconds(10), "pictures");

    /// <summary>The drawing under this address, or null when there is no such product or colour on sale.</summary>
    /// <param name="colour">As the address spells it; null for the first.</param>
    /// <param name="version">The version in the address.</param>
    public ValueTask<ReadyAnswer?> FindAsync(string slug, string? colour, string? version) =>
        drawn.GetAsync($"{slug}/{colour}?{version}", (this, slug, colour, version),
            static x => x.Item1.DrawAsync(x.slug, x.colour, x.version));

    private async Task<ReadyAnswer?> DrawAsync(string slug, string? name, string? version)
    {
        await using var session = store.QuerySession();
        var product = await session.Query<Product>().SingleOrDefaultAsync(x => x.Slug == slug && x.Published);
        // An address with an earlier spelling of its colour stays valid as long as a variant has it.
        var colour = product?.Variants.FirstOrDefault(x => name is null || DrawnImages.NameOf(x.Colour) == name)?.Colour
            ?? product?.Variants.FirstOrDefault(x => x.Image.Contains($"/{name}.svg", StringComparison.Ordinal))?.Colour;
        if (product is null || colour is null) return null;
        var svg = Sketch.Draw(product.Slug, product.Name, product.Category, colour);
        return new(Encoding.UTF8.GetBytes(svg), "image/svg+xml", version == DrawnImages.VersionOf(product, colour) ? Forever : AnHour);
    }
}
