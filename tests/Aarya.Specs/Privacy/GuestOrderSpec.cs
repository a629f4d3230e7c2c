using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Privacy;

/// <summary>A guest's order in a real shop: looked up, then moved to the account that verifies its address, then erased.</summary>
public sealed partial class GuestOrderSpec(WholeShop shop) : IClassFixture<WholeShop>
{
    [Fact]
    public async Task a_guest_s_order_is_looked_up_then_the_account_s_that_verifies_its_address_and_forgotten_with_it()
    {
        await using var running = await shop.StartAsync($"only:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}");
        using var client = shop.Client();
        var customer = new Customer(client);
        await customer.VisitAsync();
        var id = await customer.BuyAsync();
        var number = (await customer.OrderAsync(id)).GetProperty("number").GetString()!;

        await PostAsync(client, "/api/orders/lookup", new { number = number.ToLowerInvariant(), email = customer.Email });
        var token = "";
        await Eventually.HoldsAsync("the link to the order", async () =>
        {
            var links = (await customer.MailsAsync()).Select(x => Link().Match(x.GetProperty("text").GetString()!));
            token = links.FirstOrDefault(x => x.Success)?.Value ?? "";
            return token.Length > 0;
        });
        var opened = await PostAsync(client, "/api/orders/lookup/open", new { token });
        Assert.Equal(number, opened.GetProperty("order").GetProperty("number").GetString());
        Assert.Contains("confirmed", opened.GetProperty("timeline").EnumerateArray().Select(x => x.GetProperty("kind").GetString()));

        // On another device, without the guest's token.
        await PostAsync(client, "/api/auth/register", new { email = customer.Email, password = Customer.Password, name = Customer.Name });
        await customer.LogInAsync();
        Assert.Empty(await ItemsAsync(customer, "/api/orders"));
        await customer.FillAccountAsync();
        await Eventually.HoldsAsync("the order to appear in the account", async () =>
            (await ItemsAsync(customer, "/api/orders")).Any(x => x.GetProperty("id").GetGuid() == id));
        await Eventually.HoldsAsync("its payment to follow", async () =>
            (await customer.TrySendAsync(HttpMethod.Get, $"/api/payments/{id}")).IsSuccessStatusCode);
        await Eventually.HoldsAsync("its notifications to follow", async () => (await ItemsAsync(customer, "/api/notifications")).Any());

        await customer.CancelAsync(id);
        using var accepted = await customer.TrySendAsync(HttpMethod.Delete, "/api/users/me", new { password = Customer.Password });
        var receipt = accepted.Headers.Location!;
        await Eventually.HoldsAsync("every context to have erased its data", async () =>
            (await client.GetStringAsync(receipt, TestContext.Current.CancellationToken)).Contains("\"erased\"", StringComparison.Ordinal));
        // The town stays on the order.
        Assert.Empty((await shop.KeptAsync()).PlacesOf([.. customer.Words.Where(x => x != "Kakkanad")]));
        using var over = await client.PostAsJsonAsync("/api/orders/lookup/open", new { token }, TestContext.Current.CancellationToken);
        Assert.Equal(400, (int)over.StatusCode);
        await running.StopAsync();
    }

    private static async Task<JsonElement> PostAsync(HttpClient client, string path, object body)
    {
        using var answer = await client.PostAsJsonAsync(path, body, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static async Task<IEnumerable<JsonElement>> ItemsAsync(Customer customer, string path) =>
        (await customer.SendAsync(HttpMethod.Get, path)).GetProperty("items").EnumerateArray();

    [GeneratedRegex("(?<=/orders/lookup#token=)[A-Za-z0-9_-]+")]
    private static partial Regex Link();
}
