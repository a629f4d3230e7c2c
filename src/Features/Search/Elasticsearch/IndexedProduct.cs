using System.Text.Json;
using System.Text.Json.Serialization;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Elasticsearch;

/// <summary>A product as Elasticsearch stores it. Words are cut and separated by spaces.</summary>
/// <param name="OnSale">
/// False for a withdrawn product, which stays so that its version distinguishes later writes from earlier ones.
/// </param>
/// <param name="CategoryKey">The category and those above it, as filters compare them.</param>
/// <param name="PublishedTicks">In UTC, in units of 100 ns; 0 when it is not known.</param>
/// <param name="Whole">Its whole name and SKUs, each as one word.</param>
/// <param name="NameWords">The words of weight A of <see cref="IndexedWords"/>.</param>
/// <param name="CategoryWords">The words of weight B.</param>
/// <param name="DetailWords">The words of weight C.</param>
/// <param name="DescriptionWords">The words of weight D.</param>
/// <param name="Vocabulary">The words that a typo may have meant.</param>
internal sealed record IndexedProduct(
    Guid Id, bool OnSale, string Slug, string Name, string Category,
    [property: JsonConverter(typeof(OneOrMany))] IReadOnlyList<string> CategoryKey, string Image,
    string Currency, long PublishedTicks, IReadOnlyList<string> Whole, string NameWords, string CategoryWords, string DetailWords,
    string DescriptionWords, string Vocabulary,
    IReadOnlyList<IndexedVariant> Variants)
{
    /// <param name="product">As it is in PostgreSQL's index.</param>
    public static IndexedProduct Of(ProductDocument product)
    {
        var words = IndexedWords.Of(product);
        // A product without variants cannot be bought, and is not found.
        return new(
            product.Id, product.Variants.Count > 0, product.Slug, product.Name, product.Category,
            [.. (product.Ancestors ?? []).Prepend(product.Category).Select(SearchQuery.KeyOf)],
            product.Image, product.Variants.Count > 0 ? product.Variants[0].Price.Currency : Money.Inr,
            product.PublishedAt is { } at ? at.UtcTicks : 0, words.Whole,
            words.In('A'), words.In('B'), words.In('C'), words.In('D'), string.Join(' ', words.Known.Order(StringComparer.Ordinal)),
            [
                .. product.Variants.Select(x => new IndexedVariant(
                    x.Size, SearchQuery.KeyOf(x.Size), x.Colour, SearchQuery.KeyOf(x.Colour), x.Price.Minor, x.CompareAtPrice?.Minor,
                    x.Available > 0)),
            ]);
    }

    public static IndexedProduct Withdrawn(Guid id) => new(id, false, "", "", "", [], "", Money.Inr, 0, [], "", "", "", "", "", []);
}

/// <param name="SizeKey">The size, as filters compare it.</param>
/// <param name="ColourKey">The colour, as filters compare it.</param>
/// <param name="Price">In minor units.</param>
/// <param name="CompareAt">In minor units.</param>
internal sealed record IndexedVariant(
    string Size, string SizeKey, string Colour, string ColourKey, long Price, long? CompareAt, bool InStock);

/// <summary>A field with one value or several, as Elasticsearch has it: a document keeps the form in which it was written.</summary>
internal sealed class OneOrMany : JsonConverter<IReadOnlyList<string>>
{
    public override IReadOnlyList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String ? [reader.GetString()!] : JsonSerializer.Deserialize<string[]>(ref reader, options)!;

    public override void Write(Utf8JsonWriter writer, IReadOnlyList<string> value, JsonSerializerOptions options)
    {
        if (value is [var one]) writer.WriteStringValue(one);
        else JsonSerializer.Serialize(writer, value, options);
    }
}
