using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Support.Shoppers;

/// <summary>A shopper with an account, whose details are unlike any other text: a spec searches logs and traces for them.</summary>
internal static class PrivateShopper
{
    public const string Email = "zebunnissa.shopper@private.example";
    public const string Password = "a password that nothing else has";
    public const string Phone = "+919845077777";

    private const string Name = "Zebunnissa Unmentioned";
    private const string Street = "77 Untraceable Lane";
    private const string CardToken = "tok_approve";

    /// <summary>What the shopper sends; no log and no trace has any of it.</summary>
    public static IReadOnlyList<string> Details { get; } =
        [Email, "private.example", Password, Name, "Zebunnissa", Street, Phone, CardToken, "private-browser"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static Task RegisterAsync(HttpClient shopper)
    {
        shopper.DefaultRequestHeaders.UserAgent.ParseAdd("private-browser/1.0");
        return SplitShop.SendAsync(shopper, HttpMethod.Post, "/api/auth/register", new { name = Name, email = Email, password = Password });
    }

    /// <summary>Signs the client in, and returns its tokens.</summary>
    public static async Task<(string Access, string Refresh)> SignInAsync(HttpClient shopper, string password = Password)
    {
        var tokens = await SplitShop.SendAsync(shopper, HttpMethod.Post, "/api/auth/login", new { email = Email, password });
        var (access, refresh) = (tokens.GetProperty("accessToken").GetString()!, tokens.GetProperty("refreshToken").GetString()!);
        shopper.DefaultRequestHeaders.Authorization = new("Bearer", access);
        return (access, refresh);
    }

    /// <summary>Buys one piece of this SKU in a trace, and returns the id of the order.</summary>
    public static async Task<string> BuyAsync(HttpClient shopper, string sku, string traceParent)
    {
        await SplitShop.SendAsync(shopper, HttpMethod.Post, "/api/cart/items", new { sku, quantity = 1 });
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkout")
        {
            Content = JsonContent.Create(new
            {
                shippingAddress = SampleAddresses.Bengaluru with { Name = Name, Line1 = Street, Phone = Phone },
                shippingMethod = "standard",
                paymentToken = CardToken,
            }),
        };
        request.Headers.Add("traceparent", traceParent);
        request.Headers.Add("Idempotency-Key", "private");
        using var answer = await shopper.SendAsync(request, Cancel);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancel));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("id").GetString()!;
    }
}
