namespace Aarya.Features.Commerce.Catalog;

/// <summary>
/// Drops changed products from the cache because Redis did not answer when they were announced. While Redis is away, the message waits;
/// without it, shoppers could see an old price or stock until the cached entry expires, up to a minute later.
/// </summary>
public sealed record DropCachedProducts(IReadOnlyList<ProductName> Changed);

public static class DropCachedProductsHandler
{
    public static async Task Handle(DropCachedProducts dropped, ProductCache cache, ProductAnswers answers)
    {
        await cache.DropAsync(dropped.Changed);
        foreach (var name in dropped.Changed) answers.Forget(name.IdOrSlug);
    }
}
