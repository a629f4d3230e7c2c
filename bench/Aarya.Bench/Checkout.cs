using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Aarya.Bench;

/// <summary>POST /api/checkout of two lines, each by a guest of its own, beside pgbench running the same SQL.</summary>
public static partial class Checkout
{
    private const int Connections = 16;
    private const int FloorScripts = 100;

    // More than the program can take in one round, so that no round runs dry.
    private const int OrdersPerSecond = 1_500;

    public static async Task<PathReport> RunAsync(Shop shop)
    {
        var skus = await Skus.InStockAsync(shop, 500);
        await shop.StockUpAsync(1_000_000);
        var rounds = Turns.Rounds + 1;
        var perRound = OrdersPerSecond * (int)Turns.Time.TotalSeconds;
        var next = 0;
        var floor = await FloorAsync(skus);
        var (runs, floors) = await Turns.TakeAsync(
            async _ =>
            {
                var file = await OrdersAsync(shop, skus, perRound, next++);
                var measured = await Turns.MeterAsync(shop.ProcessId, async () =>
                {
                    var load = await Wrk.PostAsync(new Uri(shop.Url, "/api/checkout"), Connections, Turns.Time, file, repeat: false);
                    return load.Requests < perRound ? load : throw new InvalidOperationException("The prepared carts ran out: raise OrdersPerSecond.");
                });
                File.Delete(file);
                await shop.QuietAsync();
                return measured;
            },
            async _ =>
            {
                var measured = Measured.Of(await Pgbench.RunAsync(shop.DatabaseUrl, floor, Connections, Turns.Time));
                await shop.ForgetFloorAsync();
                return measured;
            });
        return new("checkout", "pgbench, the same SQL", 0.4, runs, floors);
    }

    /// <summary>The same transaction for many pairs of SKUs: orders that meet on one row would measure the row.</summary>
    private static async Task<IReadOnlyList<string>> FloorAsync(string[] skus)
    {
        var folder = Directory.CreateTempSubdirectory("aarya-floor-").FullName;
        var template = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "load", "checkout.sql"));
        List<string> files = [];
        foreach (var pair in skus.Order(StringComparer.Ordinal).Chunk(2).Take(FloorScripts))
        {
            var sql = Size().Replace(template, x => x.Groups[1].Value == "hex"
                ? Convert.ToHexString(RandomNumberGenerator.GetBytes(int.Parse(x.Groups[2].Value, CultureInfo.InvariantCulture)))
                : $"{{\"text\": \"{RandomNumberGenerator.GetHexString(int.Parse(x.Groups[2].Value, CultureInfo.InvariantCulture))}\"}}");
            var file = Path.Combine(folder, $"{files.Count}.sql");
            await File.WriteAllTextAsync(file, sql.Replace("@sku1@", pair[0], StringComparison.Ordinal).Replace("@sku2@", pair[1], StringComparison.Ordinal));
            files.Add(file);
        }

        return files;
    }

    [GeneratedRegex("@(hex|json)([0-9]+)@")]
    private static partial Regex Size();

    /// <summary>Guests with two lines in the cart each, and the checkout that each will send.</summary>
    private static async Task<string> OrdersAsync(Shop shop, string[] skus, int count, int round)
    {
        var tokens = await shop.GuestsAsync(count);
        await Parallel.ForAsync(0, count * 2, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
            await shop.PostAsync("/api/cart/items", new { sku = skus[(i * 7 + round) % skus.Length], quantity = 1 }, tokens[i / 2]));
        var body = JsonSerializer.Serialize(new
        {
            shippingAddress = new { name = "Asha Rao", line1 = "14 Residency Road", city = "Bengaluru", state = "Karnataka", postalCode = "560025", country = "IN", phone = "+919845012345" },
            shippingMethod = "standard",
            paymentToken = "tok_approve",
            email = "asha@example.com",
        });
        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, tokens.Select(x => $"{x}\t{Guid.NewGuid()}\t{body}"));
        return file;
    }
}
