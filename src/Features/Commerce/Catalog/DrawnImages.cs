using System.Security.Cryptography;
using System.Text;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>The addresses of the pictures that the shop draws of a product that has no image of its own.</summary>
public static class DrawnImages
{
    private const string Folder = "/media/products/";

    // Raise it with every change of the drawings: clients keep a picture under its address permanently.
    private const int Edition = 1;

    /// <summary>True for the address of a picture that the shop draws. It depends on the product's name, slug and colours.</summary>
    public static bool Has(string address) => address.StartsWith(Folder, StringComparison.Ordinal);

    /// <summary>
    /// The address of the picture for each colour, the first colour's being the product's own. It changes with what the picture shows, so
    /// that a client may cache the picture permanently.
    /// </summary>
    public static IReadOnlyDictionary<string, string> EachColour(Product product, IEnumerable<string> colours) =>
        colours.Distinct().Select((x, i) => (
            Colour: x,
            Address: $"{Folder}{product.Slug}{(i == 0 ? "" : $"/{NameOf(x)}")}.svg?v={VersionOf(product, x)}"))
            .ToDictionary(x => x.Colour, x => x.Address);

    /// <summary>The colour in an address: its slug, or its hash if it has no slug.</summary>
    public static string NameOf(string colour) => Slug.Of(colour) is { Length: > 0 } slug ? slug : Hash(colour);

    /// <summary>Differs for pictures that show something different.</summary>
    public static string VersionOf(Product product, string colour) => Hash($"{Edition}\n{product.Name}\n{product.Category}\n{colour}");

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 4));
}
