using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Npgsql;

namespace Aarya.Specs.Commerce.BackInStock;

using Roles = Features.Roles;

/// <summary>From the request over the delivery to the mail, in real processes: in one, and in one per context.</summary>
public sealed class BackInStockTravelsSpec
{
    private const string Sku = "KRT-BACK-M";
    private const string Password = "a long way to Mumbai";

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
        using var staff = shop.Client();
        await SignInAsync(staff, "staff@example.com", shop.SettingsOf(processes[0])["DATABASE_URL"]);
        await SendAsync(staff, HttpMethod.Post, "/api/admin/products", Kurta());
        var guest = await SendAsync(shopper, HttpMethod.Post, "/api/auth/guest");
        shopper.DefaultRequestHeaders.Authorization = new("Bearer", guest.GetProperty("accessToken").GetString());

        for (var i = 0; i < 2; i++)
            await SendAsync(shopper, HttpMethod.Post, $"/api/inventory/{Sku}/back-in-stock", new { email = "asha@example.com" });
        var awaited = await SendAsync(staff, HttpMethod.Get, "/api/admin/back-in-stock");
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
        awaited = await SendAsync(staff, HttpMethod.Get, "/api/admin/back-in-stock");
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
        SendAsync(staff, HttpMethod.Post, $"/api/admin/stock/{Sku}/adjustments", new { delta, reason = "delivery" });

    private static async Task<HttpStatusCode> StatusAsync(HttpClient shopper, string email)
    {
        using var answer = await shopper.PostAsJsonAsync($"/api/inventory/{Sku}/back-in-stock", new { email }, Cancel);
        return answer.StatusCode;
    }

    private static async Task<IReadOnlyList<JsonElement>> MailsAsync(HttpClient client, string to) =>
        [.. (await SendAsync(client, HttpMethod.Get, $"/dev/mailbox?to={to}")).GetProperty("items").EnumerateArray()];

    // A new shop has no staff: the account gets its role in the database.
    private static async Task SignInAsync(HttpClient client, string email, string database)
    {
        await SendAsync(client, HttpMethod.Post, "/api/auth/register", new { name = "Asha Rao", email, password = Password });
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        await connection.OpenAsync(Cancel);
        await using var promote = new NpgsqlCommand(
            """update core.mt_doc_user set data = jsonb_set(data, '{roles}', '["merchandiser"]')""", connection);
        Assert.Equal(1, await promote.ExecuteNonQueryAsync(Cancel));
        var signedIn = await SendAsync(client, HttpMethod.Post, "/api/auth/login", new { email, password = Password });
        client.DefaultRequestHeaders.Authorization = new("Bearer", signedIn.GetProperty("accessToken").GetString());
    }

    private static async Task<JsonElement> SendAsync(HttpClient client, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var answer = await client.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
