namespace Aarya.Bench;

/// <summary>
/// Measures the cost of checking a token: the product read with an access token against the same read with an equally long header of
/// another scheme.
/// </summary>
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
        var tokens = await shop.GuestsAsync(Shoppers);
        await File.WriteAllLinesAsync(signedIn, tokens.Select(x => $"Bearer {x}\t-\t-\t-"));
        await File.WriteAllLinesAsync(anonymous, tokens.Select(x => $"Custom {x}\t-\t-\t-"));
        var (runs, floors) = await Turns.TakeAsync(
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetAsync(url, Connections, Turns.Time, signedIn)),
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetAsync(url, Connections, Turns.Time, anonymous)));
        File.Delete(signedIn);
        File.Delete(anonymous);
        return new("product read with a token", "the same with a header that is not read", 0.95, runs, floors);
    }
}
