using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Aarya.Bench;

/// <summary>
/// Measures POST /api/checkout of two lines against pgbench running the same SQL. Every order has its own buyer, network address, mail
/// address and goods: orders that share a row or a history would measure that contention.
/// </summary>
public static partial class Checkout
{
    private const int Connections = 16;

    // More than the program can accept, so that no round runs out of prepared orders.
    private const int OrdersPerSecond = 1_500;

    public static async Task<PathReport> RunAsync(Shop shop)
    {
        var skus = await Skus.AllInStockAsync(shop);
        await shop.StockUpAsync(1_000_000);
        await shop.OpenFloorAsync(skus);
        var perRound = OrdersPerSecond * (int)Turns.Time.TotalSeconds;
        var made = 0;
        var floor = await FloorAsync(skus.Length / 2);
        var (runs, floors) = await Turns.TakeAsync(
            async _ =>
            {
                var file = await OrdersAsync(shop, skus, perRound, made);
                made += perRound;
                var began = DateTime.UtcNow;
                var measured = await Turns.MeterAsync(
                    shop.ProcessId, () => Wrk.PostAsync(new Uri(shop.Url, "/api/checkout"), Connections, Turns.Time, file, repeat: false));
                if (measured.PerSecond * Turns.Time.TotalSeconds >= perRound)
                    throw new InvalidOperationException("The prepared carts ran out: raise OrdersPerSecond.");
                File.Delete(file);
                await shop.QuietAsync();
                return measured with { ConfirmedPerSecond = await shop.ConfirmedPerSecondAsync(began) };
            },
            async _ =>
            {
                // Otherwise the shop would publish the floor's stock changes, during the floor's round and during its own next one.
                await using (shop.Frozen())
                {
                    var measured = Measured.Of(await Pgbench.RunAsync(shop.DatabaseUrl, floor, Connections, Turns.Time));
                    await shop.ForgetFloorAsync();
                    return measured;
                }
            });
        return new("checkout", "pgbench, the same SQL", 0.4, runs, floors);
    }

    /// <summary>Writes the transaction as a script, filled with texts as long as the program's.</summary>
    private static async Task<string> FloorAsync(int pairs)
    {
        var template = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "load", "checkout.sql"));
        var sql = Size().Replace(template, x => x.Groups["kind"].Value == "hex"
            ? Convert.ToHexString(RandomNumberGenerator.GetBytes(int.Parse(x.Groups["bytes"].Value, CultureInfo.InvariantCulture)))
            : $"{{\"text\": \"{RandomNumberGenerator.GetHexString(int.Parse(x.Groups["bytes"].Value, CultureInfo.InvariantCulture))}\"}}");
        var file = Path.Combine(Directory.CreateTempSubdirectory("aarya-floor-").FullName, "checkout.sql");
        await File.WriteAllTextAsync(file, sql.Replace("@pairs@", $"{pairs}", StringComparison.Ordinal));
        return file;
    }

    [GeneratedRegex("@(?<kind>hex|json)(?<bytes>[0-9]+)@")]
    private static partial Regex Size();

    internal static async Task<string> OrdersAsync(Shop shop, string[] skus, int count, int first)
    {
        var orders = await PrepareAsync(shop, skus, count, first);
        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, orders.Select(x => $"{x.Token}\t{x.Key}\t{x.Address}\t{x.Body}"));
        return file;
    }

    /// <summary>Creates guests with two cart lines each; returns the checkout request that each will send.</summary>
    /// <param name="first">The number of the first order; order numbers are unique within a run.</param>
    internal static async Task<IReadOnlyList<PreparedOrder>> PrepareAsync(Shop shop, string[] skus, int count, int first)
    {
        var tokens = await shop.GuestsAsync(count, i => AddressOf(first + i));
        await Parallel.ForAsync(0, count * 2, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var line = new { sku = skus[((first * 2) + i) % skus.Length], quantity = 1 };
            await shop.PostAsync("/api/cart/items", line, tokens[i / 2], AddressOf(first + (i / 2)));
        });
        return [.. tokens.Select((x, i) => new PreparedOrder(x, $"{Guid.NewGuid()}", AddressOf(first + i), JsonOf(first + i)))];
    }

    /// <summary>The request of a checkout, with a mail address of its own.</summary>
    internal static string JsonOf(int order) => JsonSerializer.Serialize(new
    {
        shippingAddress = new
        {
            name = "Asha Rao",
            line1 = "14 Residency Road",
            city = "Bengaluru",
            state = "Karnataka",
            postalCode = "560025",
            country = "IN",
            phone = "+919845012345",
        },
        shippingMethod = "standard",
        paymentToken = "tok_approve",
        email = $"asha.{order}@example.com",
    });

    /// <param name="Key">The idempotency key.</param>
    /// <param name="Address">The buyer's network address.</param>
    internal sealed record PreparedOrder(string Token, string Key, string Address, string Body);

    internal static string AddressOf(int order) => $"10.{order >> 16 & 255}.{order >> 8 & 255}.{order & 255}";
}
