using Aarya.Features.Content.Contracts;
using Aarya.Features.Content.Letters;

namespace Aarya.Features.Content.Notifications;

/// <summary>The pages of the storefront that letters lead to.</summary>
/// <param name="Storefront">STOREFRONT_URL; null when it is not set: letters then have no link to a product.</param>
public sealed record ShopPages(string? Storefront)
{
    /// <summary>The page of the cart; null without a storefront.</summary>
    public string? Cart => Storefront is null ? null : $"{Storefront}/cart";

    /// <param name="from">The price before, when it is lower now.</param>
    public ItemNews NewsOf(AwaitedItem item, Money? from = null) => new(
        item.Name, item.Size, item.Colour, item.Price, from,
        Storefront is null || item.Slug is null ? null : $"{Storefront}/products/{Uri.EscapeDataString(item.Slug)}");
}
