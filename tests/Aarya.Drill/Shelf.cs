namespace Aarya.Drill;

/// <summary>The SKUs that shoppers buy: many with plenty of stock, and a few that run out.</summary>
internal sealed record Shelf(IReadOnlyList<string> Plenty, IReadOnlyList<string> Scarce)
{
    private const int PlentyOfSkus = 40;
    private const int ScarceSkus = 6;

    /// <summary>Picks SKUs from the shop's own catalogue, and adds stock to most of them.</summary>
    public static async Task<Shelf> StockAsync(Client client, string admin)
    {
        var page = (await client.GetAsync("/api/products?limit=100")).Body;
        List<string> skus = [];
        foreach (var product in page["items"]!.AsArray())
        {
            var variants = product!["variants"]!.AsArray();
            if (variants.FirstOrDefault(x => (int)x!["available"]! is >= 20 and <= 80) is { } variant) skus.Add((string)variant["sku"]!);
        }

        if (skus.Count < PlentyOfSkus + ScarceSkus) throw new InvalidOperationException($"Only {skus.Count} products are in stock.");
        foreach (var sku in skus.Take(PlentyOfSkus))
        {
            var delivery = new { delta = 900_000, reason = "delivery" };
            var answer = await client.PostAsync($"/api/admin/stock/{sku}/adjustments", delivery, admin, $"{Guid.NewGuid()}");
            if (!answer.IsGood) throw new InvalidOperationException($"Stocking up on {sku} was answered {answer}.");
        }

        return new([.. skus.Take(PlentyOfSkus)], [.. skus.Skip(PlentyOfSkus).Take(ScarceSkus)]);
    }
}
