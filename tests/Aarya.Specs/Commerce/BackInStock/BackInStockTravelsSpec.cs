using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Commerce.BackInStock;

using Roles = Features.Roles;

/// <summary>From the request over the delivery to the mail, in real processes: in one, and in one per context.</summary>
public sealed class BackInStockTravelsSpec
{
    private const string Sku = "KRT-BACK-M";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public Task a_delivery_reaches_the_mailbox_of_who_waited_once_in_one_process() =>
        TellAsync($"{ActiveRoles.Gateway},{string.Join(',', Roles.Contexts)}");

    [Fact]
    public Task a_delivery_reaches_the_mailbox_of_who_waited_once_in_six_processes() =>
        TellAsync([ActiveRoles.Gateway, .. Roles.Contexts]);

    private static async Task TellAsync(params string[] processes)
    {
        await using var shop = await SplitShop.StartAsync(processes);
        using var shopper = shop.Client();
        using var staff = await shop.StaffAsync("merchandiser");
        await SplitShop.SendAsync(staff, HttpMethod.Post, "/api/admin/products", Kurta());
        var guest = await SplitShop.SendAsync(shopper, HttpMethod.Post, "/api/auth/guest");
        shopper.DefaultRequestHeaders.Authorization = new("Bearer", guest.GetProperty("accessToken").GetString());

        for (var i = 0; i < 2; i++)
            await SplitShop.SendAsync(shopper, HttpMethod.Post, $"/api/inventory/{Sku}/back-in-stock", new { email = "asha@example.com" });
        var awaited = await SplitShop.SendAsync(staff, HttpMethod.Get, "/api/admin/back-in-stock");
        Assert.Equal(1, Assert.Single(awaited.GetProperty("items").EnumerateArray()).GetProperty("shoppers").GetInt32());

        await DeliverAsync(staff);
        await Eventually.HoldsAsync("the mail", async () => (await MailsAsync(shopper, "asha@example.com")).Count > 0);

        // A further delivery finds nobody who waits. The mail of a later request arrives after all that it could have caused.
        await DeliverAsync(staff, -2);
        await Eventually.HoldsAsync("the SKU to be sold out", async () =>
            await StatusAsync(shopper, "rao@example.com") == HttpStatusCode.Accepted);
        await DeliverAsync(staff);
        await Eventually.HoldsAsync("the second shopper's mail", async () => (await MailsAsync(shopper, "rao@example.com")).Count > 0);
        var mail = Assert.Single(await MailsAsync(shopper, "asha@example.com"));
        Assert.Equal("Handloom Kurta is back in stock", mail.GetProperty("subject").GetString());

        await StatusAsync(shopper, "late@example.com");
        awaited = await SplitShop.SendAsync(staff, HttpMethod.Get, "/api/admin/back-in-stock");
        Assert.Empty(awaited.GetProperty("items").EnumerateArray());
    }

    private static object Kurta() => new
    {
        name = "Handloom Kurta",
        description = "Handloom cotton, straight fit.",
        category = "Kurtas",
        variants = new[]
        {
            new
            {
                sku = Sku,
                options = new { size = "M", colour = "Indigo" },
                price = new { amount = 129_900, currency = "INR" },
                stock = 0,
            },
        },
    };

    private static Task DeliverAsync(HttpClient staff, int delta = 2) =>
        SplitShop.SendAsync(staff, HttpMethod.Post, $"/api/admin/stock/{Sku}/adjustments", new { delta, reason = "delivery" });

    private static async Task<HttpStatusCode> StatusAsync(HttpClient shopper, string email)
    {
        using var answer = await shopper.PostAsJsonAsync($"/api/inventory/{Sku}/back-in-stock", new { email }, Cancel);
        return answer.StatusCode;
    }

    private static async Task<IReadOnlyList<JsonElement>> MailsAsync(HttpClient client, string to) =>
        [.. (await SplitShop.SendAsync(client, HttpMethod.Get, $"/dev/mailbox?to={to}")).GetProperty("items").EnumerateArray()];
}
