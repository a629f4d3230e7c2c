using System.Security.Cryptography;
using System.Text;
using Aarya.Infrastructure.Caching;
using Marten;

namespace Aarya.Features.Commerce.Catalog.Pictures;

/// <summary>The pictures that the shop draws of its products: their addresses and their content.</summary>
public sealed class Picture(ICommerceStore store, CacheBudget budget, TimeProvider time)
{
    private const string Folder = "/media/products/";
    private const string Forever = "public, max-age=31536000, immutable";
    private const string AnHour = "public, max-age=3600";

    private readonly ReadyAnswers drawn = new(budget, time, TimeSpan.FromSeconds(10));

    /// <summary>True for the address of a picture that the shop draws. It depends on the product's name, slug and colours.</summary>
    public static bool IsDrawn(string address) => address.StartsWith(Folder, StringComparison.Ordinal);

    /// <summary>
    /// The address of the picture for each colour, the first colour's being the product's own. It changes with what the picture shows, so
    /// that a client may cache the picture permanently.
    /// </summary>
    public static IReadOnlyDictionary<string, string> EachColour(Product product, IEnumerable<string> colours) =>
        colours.Distinct().Select((x, i) => (
            Colour: x,
            Address: $"{Folder}{product.Slug}{(i == 0 ? "" : $"/{NameOf(x)}")}.svg?v={VersionOf(product, x)}"))
            .ToDictionary(x => x.Colour, x => x.Address);

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
        var colour = product?.Variants.FirstOrDefault(x => name is null || NameOf(x.Colour) == name)?.Colour
            ?? product?.Variants.FirstOrDefault(x => x.Image.Contains($"/{name}.svg", StringComparison.Ordinal))?.Colour;
        if (product is null || colour is null) return null;
        var svg = Sketch.Draw(product.Slug, product.Name, product.Category, colour);
        return new(Encoding.UTF8.GetBytes(svg), "image/svg+xml", version == VersionOf(product, colour) ? Forever : AnHour);
    }

    // A colour without a slug is named by its hash.
    private static string NameOf(string colour) => Slug.Of(colour) is { Length: > 0 } slug ? slug : Hash(colour);

    private static string VersionOf(Product product, string colour) =>
        Hash($"{Sketch.Edition}\n{product.Name}\n{product.Category}\n{colour}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
