using System.Text.Json;

namespace Aarya.Bench;

/// <summary>
/// Measures POST /api/cart/items of many guests against a bare endpoint that runs the same script on the same Redis.
/// </summary>
public static class AddToCart
{
    private const int Connections = 16;

    // Enough guests that no cart line comes near its limit: a refused request costs less than an accepted one.
    internal const int Guests = 10_000;

    public static async Task<PathReport> RunAsync(Shop shop)
    {
        var skus = await Skus.InStockAsync(shop, 5);
        var tokens = await shop.GuestsAsync(Guests);
        var file = await RequestsAsync(tokens, skus);
        await using var floor = await FloorServer.StartAsync("cart", shop.RedisUrl, string.Join(',', skus));
        var (runs, floors) = await Turns.TakeAsync(
            _ =>
                Turns.MeterAsync(shop.ProcessId,
                    () => Wrk.PostAsync(new Uri(shop.Url, "/api/cart/items"), Connections, Turns.Time, file, repeat: true)),
            _ =>
                Turns.MeterAsync(floor.ProcessId,
                    () => Wrk.PostAsync(new Uri(floor.Url, "/api/cart/items"), Connections, Turns.Time, file, repeat: true)));
        File.Delete(file);
        return new("add to cart", "bare Kestrel, the same script", 0.4, runs, floors);
    }

    /// <summary>Writes the requests to a file. Every guest adds each SKU in turn, so that no cart line comes near its limit.</summary>
    internal static async Task<string> RequestsAsync(IReadOnlyList<string> tokens, IEnumerable<string> skus)
    {
        var file = Path.GetTempFileName();
        var bodies = skus.Select(sku => JsonSerializer.Serialize(new { sku, quantity = 1 }));
        await File.WriteAllLinesAsync(file, bodies.SelectMany(body => tokens.Select(token => $"{token}\t-\t-\t{body}")));
        return file;
    }
}
