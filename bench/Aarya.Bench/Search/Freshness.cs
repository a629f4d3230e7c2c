using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Aarya.Bench.Search;

/// <summary>
/// Measures how soon a search shows what a merchandiser has changed: from the answer to the change, which follows its commit in commerce,
/// to the first search that has it, in one process. Each change is looked for with the same search repeatedly, as shoppers would, so kept
/// answers count.
/// </summary>
internal static class Freshness
{
    private const int AtOnce = 4;
    private const int Changes = 80;
    private const double Aim = 2_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        var token = await shop.StaffAsync("merchandiser");
        await shop.QuietAsync();
        // Behind the events of the seeded products.
        await DelayAsync(shop, await CreateAsync(shop, token, Changes));
        List<Figure> figures = [];
        foreach (var (what, changeAsync) in new (string, Func<int, Task<(string Query, Func<JsonNode, bool> IsShown)>>)[]
        {
            ("a new product", x => CreateAsync(shop, token, x)),
            ("a price", x => PriceAsync(shop, token, x)),
            ("the last piece", x => SellOutAsync(shop, token, x)),
        })
        {
            var delays = new double[Changes];
            await Parallel.ForAsync(0, Changes, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (i, _) =>
                delays[i] = await DelayAsync(shop, await changeAsync(i)));
            figures.Add(new($"{what}: p50", Quantile.Median(delays), "ms"));
            figures.Add(new($"{what}: slowest", delays.Max(), "ms", Aim));
        }

        return new("freshness: from the answer to a change to the search that shows it", figures,
            [$"{Changes} changes each, {AtOnce} at once"]);
    }

    private static async Task<double> DelayAsync(Shop shop, (string Query, Func<JsonNode, bool> IsShown) change)
    {
        for (var watch = Stopwatch.StartNew(); ; await Task.Delay(Pause))
        {
            if (change.IsShown(await shop.GetAsync($"/api/search?q={change.Query}"))) return watch.Elapsed.TotalMilliseconds;
            if (watch.Elapsed > Limit) throw new InvalidOperationException($"Waited a minute for a change of {change.Query}.");
        }
    }

    private static async Task<(string, Func<JsonNode, bool>)> CreateAsync(Shop shop, string token, int number)
    {
        await shop.PostAsync("/api/admin/products", Entry(number, 129_900, stock: 1), token);
        return (Word(number), x => Items(x).Count == 1);
    }

    private static async Task<(string, Func<JsonNode, bool>)> PriceAsync(Shop shop, string token, int number)
    {
        var id = (string)Items(await shop.GetAsync($"/api/search?q={Word(number)}"))[0]!["id"]!;
        var entry = JsonContent.Create(Entry(number, 99_900, stock: 0));
        await shop.SendAsync(HttpMethod.Put, $"/api/admin/products/{id}", entry, token, tag: "*");
        return (Word(number), x => (long)Items(x)[0]!["price"]!["amount"]! == 99_900);
    }

    private static async Task<(string, Func<JsonNode, bool>)> SellOutAsync(Shop shop, string token, int number)
    {
        await shop.SendAsync(HttpMethod.Post, $"/api/admin/stock/{Sku(number)}/adjustments",
            JsonContent.Create(new { delta = -1, reason = "damage" }), token, key: $"{Guid.NewGuid():D}");
        return (Word(number), x => !(bool)Items(x)[0]!["inStock"]!);
    }

    private static object Entry(int number, long price, int stock) => new
    {
        name = $"Kurta {Word(number)}",
        description = "Handloom cotton, straight fit.",
        category = "Kurtas",
        variants = new[]
        {
            new
            {
                sku = Sku(number),
                options = new { size = "M", colour = "Indigo" },
                price = new { amount = price, currency = "INR" },
                stock,
            },
        },
    };

    private static string Sku(int number) => $"FRESH-{number.ToString(CultureInfo.InvariantCulture)}";

    // A word that no product has.
    private static string Word(int number) =>
        "qx" + string.Concat(number.ToString("000", CultureInfo.InvariantCulture).Select(x => (char)('a' + (x - '0'))));

    private static JsonArray Items(JsonNode page) => page["items"]!.AsArray();
}
