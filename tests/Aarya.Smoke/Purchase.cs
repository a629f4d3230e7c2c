using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Aarya.Smoke;

/// <summary>
/// A whole purchase and its refund, as a shopper and the shop's support go through them; each step prints what it saw and how long it took.
/// </summary>
public sealed class Purchase(Storefront shop)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly string email = $"smoke-{Guid.NewGuid():N}@example.com";
    private readonly string password = $"smoke {Guid.NewGuid():N}";
    private readonly List<(string Sku, int Before)> lines = [];
    private string orderId = "";
    private LiveLine? live;

    /// <returns>False when a step failed; its name has been printed.</returns>
    public async Task<bool> RunAsync()
    {
        var whole = Stopwatch.StartNew();
        (string Name, Func<Task<string>> Run)[] steps =
        [
            ("a guest arrives", GuestAsync),
            ("search finds", SearchAsync),
            ("two lines in the cart", FillCartAsync),
            ("register and sign in, cart kept", RegisterAsync),
            ("checkout sent twice with one key", CheckoutAsync),
            ("confirmation over the WebSocket", () => LiveAsync("confirmed")),
            ("confirmation by ?wait=", () => StatusAsync("confirmed")),
            ("stock is taken", () => StockAsync(sold: true)),
            ("confirmation in the mailbox", MailAsync),
            ("support refunds the order", RefundAsync),
            ("refund over the WebSocket", () => LiveAsync("refunded")),
            ("stock is back where it was", () => StockAsync(sold: false)),
        ];
        Console.WriteLine($"A purchase at {shop.Url}");
        foreach (var (name, run) in steps)
        {
            var watch = Stopwatch.StartNew();
            try
            {
                var seen = await run();
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  ok   {name,-34} {watch.Elapsed.TotalMilliseconds,7:0} ms  {seen}"));
            }
            catch (Exception e) when (e is StepFailedException or HttpRequestException or TaskCanceledException or InvalidOperationException
                or NullReferenceException)
            {
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  FAIL {name,-34} {watch.Elapsed.TotalMilliseconds,7:0} ms  {e.Message}"));
                return false;
            }
        }

        if (live is not null) await live.DisposeAsync();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"The purchase went through in {whole.Elapsed.TotalSeconds:0.0} s."));
        return true;
    }

    private async Task<string> GuestAsync()
    {
        var guest = await shop.PostAsync("/api/auth/guest", new { });
        shop.Token = (string)guest["accessToken"]!;
        return $"guest {guest["user"]!["id"]}";
    }

    private async Task<string> SearchAsync()
    {
        // The index follows the catalogue by events: on a shop that was seeded a moment ago it may still be filling.
        var found = await UntilAsync("search to find a shirt in stock", async () =>
        {
            var page = await shop.GetAsync("/api/search?q=shirt&inStock=true&limit=10");
            return page["items"]!.AsArray().Count >= 2 ? page : null;
        });
        foreach (var item in found["items"]!.AsArray())
        {
            var product = await shop.GetAsync($"/api/products/{item!["slug"]}");
            var variant = product["variants"]!.AsArray().FirstOrDefault(x => (int)x!["available"]! >= 5);
            if (variant is not null && lines.Count < 2) lines.Add(((string)variant["sku"]!, 0));
        }

        if (lines.Count < 2) throw new StepFailedException("No two products with five pieces in stock.");
        return $"{found["total"]} shirts; takes {lines[0].Sku} and {lines[1].Sku}";
    }

    private async Task<string> FillCartAsync()
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var stock = await shop.GetAsync($"/api/inventory/{lines[i].Sku}");
            lines[i] = (lines[i].Sku, (int)stock["available"]!);
            await shop.PostAsync("/api/cart/items", new { sku = lines[i].Sku, quantity = i + 1 });
        }

        var cart = await CartAsync();
        var taxed = cart["taxes"]!.AsArray().Sum(x => (long)x!["taxable"]!["amount"]! + (long)x["tax"]!["amount"]!);
        if (taxed != (long)cart["total"]!["amount"]!)
            throw new StepFailedException($"The taxes of the cart do not sum to its total: {cart.ToJsonString()}");
        return $"total {Amount(cart["total"]!)}, of it tax {Amount(cart["tax"]!)}, {cart["delivery"]!["estimate"]}";
    }

    private async Task<JsonNode> CartAsync()
    {
        var cart = await shop.GetAsync("/api/cart");
        for (var i = 0; i < lines.Count; i++)
        {
            var line = cart["lines"]!.AsArray().SingleOrDefault(x => (string)x!["sku"]! == lines[i].Sku);
            if (line is null || (int)line["quantity"]! != i + 1)
                throw new StepFailedException($"The cart does not hold {i + 1} of {lines[i].Sku}: {cart.ToJsonString()}");
        }

        return cart;
    }

    private async Task<string> RegisterAsync()
    {
        await shop.PostAsync("/api/auth/register", new { email, password, name = "Smoke Shopper" });
        var session = await shop.PostAsync("/api/auth/login", new { email, password });
        shop.Token = (string)session["accessToken"]!;
        await CartAsync();
        live = await shop.ListenAsync();
        return email;
    }

    private async Task<string> CheckoutAsync()
    {
        var key = Guid.NewGuid().ToString();
        var checkout = new
        {
            shippingAddress = new
            {
                name = "Smoke Shopper",
                line1 = "14 Residency Road",
                city = "Bengaluru",
                state = "Karnataka",
                postalCode = "560025",
                country = "IN",
                phone = "+919845012345",
            },
            shippingMethod = "standard",
            paymentToken = "tok_approve",
            email,
        };
        var first = await shop.PostAsync("/api/checkout", checkout, key);
        var second = await shop.PostAsync("/api/checkout", checkout, key);
        orderId = (string)first["id"]!;
        if ((string)second["id"]! != orderId) throw new StepFailedException($"One key made two orders: {orderId} and {second["id"]}.");
        var orders = await shop.GetAsync("/api/orders");
        if (orders["items"]!.AsArray().Count != 1)
            throw new StepFailedException($"The shopper has {orders["items"]!.AsArray().Count} orders instead of one.");
        return $"order {first["number"]}, {Amount(first["total"]!)}";
    }

    private async Task<string> LiveAsync(string status)
    {
        await live!.SeesAsync(orderId, status, Patience);
        return status;
    }

    private async Task<string> StatusAsync(string status)
    {
        await UntilAsync($"the order to be {status}", async () =>
        {
            var order = await shop.GetAsync($"/api/orders/{orderId}?wait=10s");
            return (string)order["status"]! == status ? order : null;
        });
        return status;
    }

    private async Task<string> StockAsync(bool sold)
    {
        for (var i = 0; i < lines.Count; i++)
        {
            var (sku, before) = lines[i];
            var expected = sold ? before - i - 1 : before;
            await UntilAsync($"{sku} to be at {expected}", async () =>
            {
                var stock = await shop.GetAsync($"/api/inventory/{sku}");
                return (int)stock["available"]! == expected ? stock : null;
            });
        }

        return string.Join(", ", lines.Select((x, i) => $"{x.Sku} {(sold ? x.Before - i - 1 : x.Before)}"));
    }

    private async Task<string> MailAsync()
    {
        if (Environment.GetEnvironmentVariable("AARYA_SMOKE_MAIL") == "elsewhere") return "not looked for: the mail server has it";
        var mail = await UntilAsync("the mail", async () =>
        {
            var box = await shop.GetAsync($"/dev/mailbox?to={Uri.EscapeDataString(email)}");
            return box["items"]!.AsArray().FirstOrDefault(x => ((string)x!["subject"]!).Contains("confirmed", StringComparison.Ordinal));
        });
        return (string)mail["subject"]!;
    }

    private async Task<string> RefundAsync()
    {
        var shopper = shop.Token;
        shop.Token = null;
        var support = await shop.PostAsync("/api/auth/login", new
        {
            email = Environment.GetEnvironmentVariable("AARYA_SUPPORT_EMAIL") ?? "support@aarya.example",
            password = Environment.GetEnvironmentVariable("AARYA_SUPPORT_PASSWORD") ?? "support-in-pune",
        });
        shop.Token = (string)support["accessToken"]!;
        await shop.PostAsync($"/api/admin/orders/{orderId}/refunds", new { reason = "smoke test" }, Guid.NewGuid().ToString());
        shop.Token = shopper;
        return await StatusAsync("refunded");
    }

    private static async Task<JsonNode> UntilAsync(string what, Func<Task<JsonNode?>> look)
    {
        var watch = Stopwatch.StartNew();
        for (var pause = 20; watch.Elapsed < Patience; pause = Math.Min(pause * 2, 500))
        {
            if (await look() is { } found) return found;
            await Task.Delay(pause);
        }

        throw new StepFailedException($"Waited {Patience.TotalSeconds:0} s for {what}.");
    }

    private static string Amount(JsonNode money) =>
        string.Create(CultureInfo.InvariantCulture, $"{money["currency"]} {(long)money["amount"]! / 100m:0.00}");
}
