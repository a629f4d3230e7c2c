using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Redis;
using StackExchange.Redis;

namespace Aarya.Bench.EventStreams;

/// <summary>
/// The entries that the shop itself writes while people register, buy and wait for goods, and staff work; and copies of them, with ids of
/// their own, by which a stream is filled. A copy has the size and the fields of a real entry, sealed values included.
/// </summary>
internal sealed partial class TypicalEntries
{
    private const int Buyers = 30;
    private const int Waiting = 20;

    private readonly Dictionary<string, NameValueEntry[][]> recorded = new(StringComparer.Ordinal);

    private TypicalEntries()
    {
    }

    /// <summary>Lets people use the shop for a moment, and reads what that adds to its streams.</summary>
    public static async Task<TypicalEntries> RecordAsync(Shop shop, BenchRedis redis)
    {
        await shop.QuietAsync();
        var start = $"{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}-0";
        await LiveAsync(shop);
        await shop.QuietAsync();
        var entries = new TypicalEntries();
        foreach (var policy in Features.Streams.All.Where(x => !x.IsCounted))
        {
            var added = await redis.Database.StreamRangeAsync(RedisKeys.OfOneBucket.Stream(policy.Name), start);
            if (added.Length == 0) throw new InvalidOperationException($"The shop has added nothing to {policy.Name}.");
            entries.recorded[policy.Name] = [.. added.Select(x => x.Values)];
        }

        return entries;
    }

    /// <summary>How often each event is among the entries of a stream, the most frequent first.</summary>
    public string Mixture(string stream) => string.Join(", ", recorded[stream]
        .GroupBy(x => (string)x.Single(y => y.Name == "type").Value!).OrderByDescending(x => x.Count())
        .Select(x => $"{x.Count()} {x.Key}"));

    /// <summary>Adds this number of copies to the stream, with ids that are spread over this time until now.</summary>
    public async Task FillAsync(IDatabase redis, string stream, int count, TimeSpan age)
    {
        var began = DateTimeOffset.UtcNow - age;
        List<Task> adding = [];
        for (var i = 0; i < count; i++)
        {
            // A whole turn of the copies is about other orders and people than the turn before.
            var sample = recorded[stream];
            var copy = CopyOf(sample[i % sample.Length], i / sample.Length);
            var at = (began + (age * ((double)i / count))).ToUnixTimeMilliseconds();
            adding.Add(redis.StreamAddAsync(RedisKeys.OfOneBucket.Stream(stream), copy, $"{at}-{i}"));
            if (adding.Count < 2_000) continue;
            await Task.WhenAll(adding);
            adding.Clear();
        }

        await Task.WhenAll(adding);
    }

    // The id identifies the event, so each copy has one of its own. All other ids change together with the turn: events of one order stay
    // together.
    private static NameValueEntry[] CopyOf(NameValueEntry[] entry, int turn) =>
    [
        .. entry.Select(x => (string)x.Name! switch
        {
            "id" => new NameValueEntry(x.Name, $"{Guid.CreateVersion7()}"),
            "key" or "body" => new NameValueEntry(x.Name, Uuid().Replace((string)x.Value!, id => OfTurn(id.Value, turn))),
            _ => x,
        }),
    ];

    private static string OfTurn(string id, int turn)
    {
        var number = ulong.Parse(id.AsSpan(24), NumberStyles.HexNumber, CultureInfo.InvariantCulture) + ((ulong)turn << 8);
        return $"{id[..24]}{number & 0xffff_ffff_ffff:x12}";
    }

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")]
    private static partial Regex Uuid();

    private static async Task LiveAsync(Shop shop)
    {
        var skus = await Skus.InStockAsync(shop, 100);
        await shop.StockUpAsync(1_000);
        await RegisterAsync(shop);
        var orders = await BuyAsync(shop, skus);
        await FulfilAsync(shop, orders);
        await WaitForGoodsAsync(shop, skus[^1]);
        await EditAsync(shop);
    }

    private static async Task RegisterAsync(Shop shop)
    {
        for (var i = 0; i < Buyers; i++)
        {
            var token = await shop.CustomerAsync();
            // One in five chooses a language.
            if (i % 5 == 0) await shop.SendAsync(HttpMethod.Patch, "/api/users/me", JsonContent.Create(new { language = "hi" }), token);
        }
    }

    private static async Task<IReadOnlyList<(string Token, string Id)>> BuyAsync(Shop shop, string[] skus)
    {
        List<(string, string)> orders = [];
        foreach (var order in await Checkout.PrepareAsync(shop, skus, Buyers, first: 9_000_000))
        {
            using var body = new StringContent(order.Body, new MediaTypeHeaderValue("application/json"));
            var placed = await shop.SendAsync(HttpMethod.Post, "/api/checkout", body, order.Token, order.Key, order.Address);
            orders.Add((order.Token, (string)placed["id"]!));
        }

        // Until they are paid.
        await shop.QuietAsync();
        return orders;
    }

    // One order in ten is cancelled, and one in ten refunded; the others arrive.
    private static async Task FulfilAsync(Shop shop, IReadOnlyList<(string Token, string Id)> orders)
    {
        var support = await shop.StaffAsync("support");
        for (var i = 0; i < orders.Count; i++)
        {
            var (token, id) = orders[i];
            if (i % 10 == 0)
            {
                await shop.PostAsync($"/api/orders/{id}/cancel", new { }, token);
                continue;
            }

            await shop.PostAsync($"/api/admin/orders/{id}/pack", new { }, support);
            var parcel = new { carrier = "Blue Dart", trackingNumber = $"BD{i:0000000000}", trackingUrl = "https://track.example.com/BD1" };
            await shop.PostAsync($"/api/admin/orders/{id}/ship", parcel, support);
            await shop.PostAsync($"/api/admin/orders/{id}/deliver", new { }, support);
            if (i % 10 != 1) continue;
            await shop.SendAsync(HttpMethod.Post, $"/api/admin/orders/{id}/refunds",
                JsonContent.Create(new { reason = "The colour is not that of the picture." }), support, $"{Guid.NewGuid()}");
        }
    }

    private static async Task WaitForGoodsAsync(Shop shop, string sku)
    {
        var merchandiser = await shop.StaffAsync("merchandiser");
        var available = Convert.ToInt32(await shop.SqlAsync(
            $"select on_hand - reserved from commerce.stock where sku = '{sku}'"), CultureInfo.InvariantCulture);
        await AdjustAsync(-available);
        foreach (var guest in await shop.GuestsAsync(Waiting))
            await shop.PostAsync($"/api/inventory/{sku}/back-in-stock", new { email = $"asha.{Guid.NewGuid():N}@example.com" }, guest);
        await AdjustAsync(100);
        await shop.QuietAsync();

        Task AdjustAsync(int delta) =>
            shop.PostAsync($"/api/admin/stock/{sku}/adjustments", new { delta, reason = "stocktake of the bench" }, merchandiser);
    }

    private static async Task EditAsync(Shop shop)
    {
        var merchandiser = await shop.StaffAsync("merchandiser");
        foreach (var product in (await shop.GetAsync("/api/products?limit=5"))["items"]!.AsArray())
        {
            await shop.PostAsync($"/api/admin/products/{product!["id"]}/withdraw", new { }, merchandiser);
            await shop.PostAsync($"/api/admin/products/{product["id"]}/publish", new { }, merchandiser);
        }
    }
}
