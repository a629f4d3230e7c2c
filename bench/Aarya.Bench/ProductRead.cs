namespace Aarya.Bench;

/// <summary>Measures GET /api/products/{slug} against a bare endpoint that answers the same bytes.</summary>
public static class ProductRead
{
    private const int Connections = 16;

    public static async Task<PathReport> RunAsync(Shop shop)
    {
        var slug = (string)(await shop.GetAsync("/api/products?limit=1"))["items"]![0]!["slug"]!;
        var file = Path.GetTempFileName();
        await File.WriteAllBytesAsync(file, await shop.BytesAsync($"/api/products/{slug}"));
        await using var floor = await FloorServer.StartAsync("bytes", file);
        var path = $"/api/products/{slug}";
        var (runs, floors) = await Turns.TakeAsync(
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetAsync(new Uri(shop.Url, path), Connections, Turns.Time)),
            _ => Turns.MeterAsync(floor.ProcessId, () => Wrk.GetAsync(new Uri(floor.Url, path), Connections, Turns.Time)));
        File.Delete(file);
        return new("product read", "bare Kestrel, the same bytes", 0.6, runs, floors);
    }
}
