using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Specs.Privacy;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;
using Microsoft.AspNetCore.SignalR.Client;
using MimeKit;

namespace Aarya.Specs.Content.Notifications;

/// <summary>An order is packed, shipped and delivered while a page is open, in a real shop with a real mail server.</summary>
public sealed class OrderCourseSpec(WholeShop shop) : IClassFixture<WholeShop>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task each_step_brings_one_mail_one_notification_and_one_word_on_the_open_page()
    {
        await using var server = await MailServer.StartAsync();
        shop.Further["SMTP_URL"] = $"smtp://127.0.0.1:{server.Port.ToString(CultureInfo.InvariantCulture)}";
        await using var running = await shop.StartAsync($"only:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}");
        using var client = shop.Client();
        var (shopper, staff) = (new Customer(client), new Staff(client));
        await staff.LogInAsync();
        await shopper.VisitAsync();
        ConcurrentQueue<JsonElement> orders = [], notifications = [];
        await using var page = new HubConnectionBuilder()
            .WithUrl(new Uri(shop.Url, "/hubs/storefront"), x => x.AccessTokenProvider = () => Task.FromResult(shopper.AccessToken))
            .Build();
        page.On<JsonElement>("order", orders.Enqueue);
        page.On<JsonElement>("notification", notifications.Enqueue);
        await page.StartAsync(Cancellation);

        var order = await shopper.BuyAsync();
        await staff.PostAsync($"/api/admin/orders/{order}/pack");
        await staff.PostAsync($"/api/admin/orders/{order}/ship", new { carrier = "  Delhivery ", trackingNumber = " DL 4711-IN " });
        await staff.PostAsync($"/api/admin/orders/{order}/deliver");
        string[] steps = ["confirmed", "packed", "shipped", "delivered"];

        await Eventually.HoldsAsync("the open page to receive it",
            () => Of(notifications, "kind").Contains("order_delivered"));
        await Eventually.HoldsAsync("a mail about each step", () => Subjects(server).Count >= steps.Length);
        var kept = (await shopper.SendAsync(HttpMethod.Get, "/api/notifications")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(steps, Of(orders, "status"));
        Assert.Equal(steps.Select(x => $"order_{x}"), Of(notifications, "kind"));
        Assert.Equal(steps.Select(x => $"order_{x}").Order(), Of(kept, "kind").Order());
        Assert.Equal(["confirmed", "delivered", "on its way", "packed"], Subjects(server).Select(x => x.Split(" is ")[1]).Order());

        var view = await shopper.OrderAsync(order);
        var shipment = view.GetProperty("shipment");
        Assert.Equal(
            ("Delhivery", "DL 4711-IN"), (shipment.GetProperty("carrier").GetString(), shipment.GetProperty("trackingNumber").GetString()));
        Assert.True(shipment.GetProperty("deliveredAt").GetDateTimeOffset() >= shipment.GetProperty("shippedAt").GetDateTimeOffset());
        var timeline = await shopper.SendAsync(HttpMethod.Get, $"/api/orders/{order}/timeline");
        var shipped = timeline.GetProperty("items").EnumerateArray().Single(x => x.GetProperty("kind").GetString() == "shipped");
        Assert.Equal(
            ("Delhivery", "DL 4711-IN", "Delhivery DL 4711-IN"),
            (shipped.GetProperty("carrier").GetString(), shipped.GetProperty("trackingNumber").GetString(),
                shipped.GetProperty("detail").GetString()));

        var challenged = await ChallengedAsync(shopper);
        await Eventually.HoldsAsync("the open page to ask for the second step", () => orders.Any(x =>
            x.GetProperty("id").GetGuid() == challenged && x.GetProperty("paymentStatus").GetString() == "requires_action"));
        await Eventually.HoldsAsync("the notification of it",
            () => Of(notifications, "kind").Contains("payment_action_required"));
        Assert.Equal(steps.Length, Subjects(server).Count);
        await running.StopAsync();
    }

    private static async Task<Guid> ChallengedAsync(Customer shopper)
    {
        var products = await shopper.SendAsync(HttpMethod.Get, "/api/products?limit=1");
        var sku = products.GetProperty("items")[0].GetProperty("variants").EnumerateArray()
            .First(x => x.GetProperty("available").GetInt32() > 0).GetProperty("sku").GetString();
        await shopper.SendAsync(HttpMethod.Post, "/api/cart/items", new { sku, quantity = 1 });
        var address = SampleAddresses.Bengaluru;
        var checkout = new
        {
            shippingAddress = address,
            shippingMethod = "standard",
            paymentToken = "tok_challenge",
            email = shopper.Email,
        };
        return (await shopper.SendAsync(HttpMethod.Post, "/api/checkout", checkout, Guid.NewGuid().ToString())).GetProperty("id").GetGuid();
    }

    private static IEnumerable<string?> Of(IEnumerable<JsonElement> news, string member) =>
        news.Select(x => x.GetProperty(member).GetString());

    private static IReadOnlyList<string> Subjects(MailServer server) =>
        [.. server.Mails().Select(x => MimeMessage.Load(new MemoryStream(System.Text.Encoding.UTF8.GetBytes(x))).Subject!)];

    private sealed class Staff(HttpClient client)
    {
        private readonly Customer person = new(client);
        private string? token;

        public async Task LogInAsync()
        {
            var signedIn = await person.SendAsync(
                HttpMethod.Post, "/api/auth/login", new { email = "support@aarya.example", password = "support-in-pune" });
            token = signedIn.GetProperty("accessToken").GetString();
        }

        public async Task PostAsync(string path, object? body = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path) { Headers = { Authorization = new("Bearer", token) } };
            if (body is not null) request.Content = System.Net.Http.Json.JsonContent.Create(body);
            using var answer = await client.SendAsync(request, Cancellation);
            Assert.True(answer.IsSuccessStatusCode, $"{path}: {await answer.Content.ReadAsStringAsync(Cancellation)}");
        }
    }
}
