namespace Aarya.Features.Content.Letters;

/// <param name="Price">Null when it is not known.</param>
/// <param name="From">The price before, when it is lower now.</param>
/// <param name="Url">The product's page, if there is a storefront.</param>
public sealed record ItemNews(string Name, string Size, string Colour, Money? Price, Money? From, string? Url);
