using System.Text.Json.Nodes;

namespace Aarya.Bench;

public static class Skus
{
    /// <summary>Every SKU that has stock, each variant of a product separately, sorted.</summary>
    public static async Task<string[]> AllInStockAsync(Shop shop)
    {
        List<string> skus = [];
        await foreach (var product in ProductsAsync(shop))
        {
            skus.AddRange(product["variants"]!.AsArray().Where(x => (int)x!["available"]! > 0).Select(x => (string)x!["sku"]!));
        }

        return skus.Count > 0
            ? [.. skus.Order(StringComparer.Ordinal)]
            : throw new InvalidOperationException("The shop has nothing in stock.");
    }

    /// <summary>Every product of the shop, as a shopper sees it.</summary>
    public static async IAsyncEnumerable<JsonNode> ProductsAsync(Shop shop)
    {
        for (string? cursor = ""; cursor is not null;)
        {
            var page = await PageAsync(shop, cursor);
            foreach (var product in page["items"]!.AsArray()) yield return product!;
            cursor = (string?)page["nextCursor"];
        }
    }

    private static Task<JsonNode> PageAsync(Shop shop, string cursor) =>
        shop.GetAsync($"/api/products?limit=100{(cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : "")}");

    /// <summary>SKUs of different products that have stock.</summary>
    public static async Task<string[]> InStockAsync(Shop shop, int count)
    {
        List<string> skus = [];
        for (string? cursor = ""; cursor is not null && skus.Count < count;)
        {
            var page = await PageAsync(shop, cursor);
            skus.AddRange(page["items"]!.AsArray()
                .Select(x => x!["variants"]!.AsArray().FirstOrDefault(v => (int)v!["available"]! > 0))
                .Where(x => x is not null).Select(x => (string)x!["sku"]!));
            cursor = (string?)page["nextCursor"];
        }

        return skus.Count >= count
            ? [.. skus.Take(count)]
            : throw new InvalidOperationException($"The shop has {skus.Count} products in stock; {count} are needed.");
    }
}
