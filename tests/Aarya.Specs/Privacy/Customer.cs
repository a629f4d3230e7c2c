using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Specs.Support;

namespace Aarya.Specs.Privacy;

/// <summary>A customer whose name, address and number occur nowhere else, and who buys something in a running shop.</summary>
internal sealed partial class Customer(HttpClient shop)
{
    private readonly string mailbox = $"vasundhara.{Guid.NewGuid():N}";
    private string? moved;

    /// <summary>The account's e-mail address, or what it will be.</summary>
    public string Email => moved ?? AddressAt("");

    public const string Password = "a monsoon in Alappuzha";

    public const string Name = "Vasundhara Quintessa";

    private const string Phone = "+919812377045";

    private static readonly object Home =
        new
        {
            name = Name,
            line1 = "77 Zephyrine Terrace",
            line2 = "Bluebell Chambers",
            city = "Kakkanad",
            state = "Kerala",
            postalCode = "682037",
            country = "IN",
            phone = Phone,
        };

    /// <summary>None of these may be stored unsealed. The number is searched without its country.</summary>
    public string[] Words => [mailbox, "Vasundhara", "Quintessa", "Zephyrine", "Bluebell Chambers", "9812377045", "682037", "Kakkanad"];

    public string? AccessToken { get; private set; }

    public Guid Id { get; private set; }

    public async Task RegisterAsync() =>
        await SendAsync(HttpMethod.Post, "/api/auth/register", new { email = Email, password = Password, name = Name });

    public async Task LogInAsync()
    {
        AccessToken = null;
        var signedIn = await SendAsync(HttpMethod.Post, "/api/auth/login", new { email = Email, password = Password });
        AccessToken = signedIn.GetProperty("accessToken").GetString();
        Id = signedIn.GetProperty("user").GetProperty("id").GetGuid();
    }

    /// <summary>Begins as a guest, with a token without an account.</summary>
    public async Task VisitAsync() =>
        AccessToken = (await SendAsync(HttpMethod.Post, "/api/auth/guest", new { })).GetProperty("accessToken").GetString();

    /// <summary>Buys one piece of the first product in stock, and waits until it is paid and the mail about it is sent.</summary>
    public async Task<Guid> BuyAsync()
    {
        var products = await SendAsync(HttpMethod.Get, "/api/products?limit=1");
        var sku = products.GetProperty("items")[0].GetProperty("variants").EnumerateArray()
            .First(x => x.GetProperty("available").GetInt32() > 0).GetProperty("sku").GetString();
        await SendAsync(HttpMethod.Post, "/api/cart/items", new { sku, quantity = 1 });
        var placed = await SendAsync(HttpMethod.Post, "/api/checkout", new
        {
            shippingAddress = Home,
            shippingMethod = "standard",
            paymentToken = "tok_approve",
            email = Email,
        }, Guid.NewGuid().ToString());
        var order = placed.GetProperty("id").GetGuid();
        await Eventually.HoldsAsync("the order to be confirmed",
            async () => (await OrderAsync(order)).GetProperty("status").GetString() == "confirmed");
        await Eventually.HoldsAsync("the mail about it",
            async () => (await MailsAsync())
                .Any(x => x.GetProperty("subject").GetString()!.Contains("confirmed", StringComparison.Ordinal)));
        return order;
    }

    /// <summary>Adds an address and a number to the account, verifies its e-mail address, and begins to set up a second factor.</summary>
    /// <returns>The secret for the authenticator app.</returns>
    public async Task<string> FillAccountAsync()
    {
        await SendAsync(HttpMethod.Post, "/api/users/me/addresses", Home);
        await SendAsync(HttpMethod.Patch, "/api/users/me", new { phone = Phone });
        JsonElement mail = default;
        await Eventually.HoldsAsync("the mail with the link", async () =>
        {
            mail = (await MailsAsync())
                .FirstOrDefault(x => x.GetProperty("text").GetString()!.Contains("/account/verify#token=", StringComparison.Ordinal));
            return mail.ValueKind == JsonValueKind.Object;
        });
        var token = mail.GetProperty("text").GetString()!.Split("#token=")[1].Split(['\r', '\n', ' '])[0];
        await SendAsync(HttpMethod.Post, "/api/auth/email/verify", new { token });
        return (await SendAsync(HttpMethod.Post, "/api/users/me/two-factor", new { password = Password })).GetProperty("secret")
            .GetString()!;
    }

    public Task<JsonElement> OrderAsync(Guid id) => SendAsync(HttpMethod.Get, $"/api/orders/{id}");

    public async Task<IReadOnlyList<JsonElement>> MailsAsync(string? to = null) =>
        [.. (await SendAsync(HttpMethod.Get, $"/dev/mailbox?to={Uri.EscapeDataString(to ?? Email)}")).GetProperty("items")
            .EnumerateArray()];

    /// <summary>Changes the account's e-mail address, and then begins to change it again.</summary>
    public async Task MoveAsync()
    {
        var to = AddressAt("moved.");
        await SendAsync(HttpMethod.Post, "/api/users/me/email", new { newEmail = to, password = Password });
        var token = "";
        await Eventually.HoldsAsync("the link",
            async () =>
                (token = (await MailsAsync(to)).Select(x => Token().Match(x.GetProperty("text").GetString()!).Value).FirstOrDefault()
                    ?? "").Length > 0);
        await SendAsync(HttpMethod.Post, "/api/auth/email/verify", new { token });
        moved = to;
        await SendAsync(HttpMethod.Post, "/api/users/me/email", new { newEmail = AddressAt("pending."), password = Password });
    }

    /// <summary>Cancels an order, and waits until it is refunded.</summary>
    public async Task CancelAsync(Guid order)
    {
        await SendAsync(HttpMethod.Post, $"/api/orders/{order}/cancel");
        await Eventually.HoldsAsync("the refund",
            async () => (await OrderAsync(order)).GetProperty("payment").GetProperty("status").GetString() == "refunded");
    }

    private string AddressAt(string prefix) => $"{prefix}{mailbox}@zephyrine.example";

    public async Task<JsonElement> SendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var answer = await TrySendAsync(method, path, body, key);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{method} {path}: {(int)answer.StatusCode} {text}");
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    public async Task<HttpResponseMessage> TrySendAsync(HttpMethod method, string path, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (AccessToken is not null) request.Headers.Authorization = new("Bearer", AccessToken);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return await shop.SendAsync(request, TestContext.Current.CancellationToken);
    }

    [GeneratedRegex("(?<=#token=)[A-Za-z0-9_-]+")]
    private static partial Regex Token();
}
