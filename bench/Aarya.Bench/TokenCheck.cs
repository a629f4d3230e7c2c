namespace Aarya.Bench;

/// <summary>The product read with an access token beside the same read without one: what checking a token costs.</summary>
public static class TokenCheck
{
    private const int Connections = 16;
    private const int Shoppers = 500;

    public static async Task<PathReport> RunAsync(Shop shop)
    {
        var slug = (string)(await shop.GetAsync("/api/products?limit=1"))["items"]![0]!["slug"]!;
        var url = new Uri(shop.Url, $"/api/products/{slug}");
        var signedIn = Path.GetTempFileName();
        var anonymous = Path.GetTempFileName();
        await File.WriteAllLinesAsync(signedIn, (await shop.GuestsAsync(Shoppers)).Select(x => $"{x}\t-\t-"));
        await File.WriteAllLinesAsync(anonymous, Enumerable.Repeat("-\t-\t-", Shoppers));
        var (runs, floors) = await Turns.TakeAsync(
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetAsync(url, Connections, Turns.Time, signedIn)),
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetAsync(url, Connections, Turns.Time, anonymous)));
        File.Delete(signedIn);
        File.Delete(anonymous);
        return new("product read with a token", "the same without a token", 0.95, runs, floors);
    }
}
