namespace Aarya.Bench;

public static class Skus
{
    /// <summary>SKUs of different products that have stock.</summary>
    public static async Task<string[]> InStockAsync(Shop shop, int count)
    {
        List<string> skus = [];
        for (string? cursor = ""; cursor is not null && skus.Count < count;)
        {
            var page = await shop.GetAsync($"/api/products?limit=100{(cursor.Length > 0 ? $"&cursor={Uri.EscapeDataString(cursor)}" : "")}");
            skus.AddRange(page["items"]!.AsArray()
                .Select(x => x!["variants"]!.AsArray().FirstOrDefault(v => (int)v!["available"]! > 0))
                .Where(x => x is not null).Select(x => (string)x!["sku"]!));
            cursor = (string?)page["nextCursor"];
        }

        return skus.Count >= count ? [.. skus.Take(count)] : throw new InvalidOperationException($"The shop has {skus.Count} products in stock; {count} are needed.");
    }
}
