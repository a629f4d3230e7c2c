using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Alba;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Specs.Support.Shoppers;

/// <summary>An answer of the shop.</summary>
internal sealed record Answer(int Status, JsonElement Body, HttpResponseHeaders Headers, string Text)
{
    /// <summary>The JSON options of a storefront.</summary>
    public static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    public string? Code => Body.ValueKind == JsonValueKind.Object && Body.TryGetProperty("code", out var code) ? code.GetString() : null;

    public bool Replayed => Headers.TryGetValues("Idempotency-Replayed", out var values) && values.Single() == "true";

    public JsonElement this[string member] => Body.GetProperty(member);

    /// <summary>The body as the slice's own view.</summary>
    public T As<T>() => Body.Deserialize<T>(Json)!;

    public Answer Is(int status, string? code = null)
    {
        Assert.True(Status == status, $"{Status} instead of {status}: {Text}");
        if (code is not null) Assert.Equal(code, Code);
        return this;
    }

    /// <summary>A 400 whose errors name exactly these fields.</summary>
    public void Names(params string[] fields)
    {
        Is(400);
        Assert.Equal(fields.Order(), this["errors"].EnumerateObject().Select(x => x.Name).Order());
    }
}

/// <summary>A client of the shop, with a token of its own or none.</summary>
internal sealed class Shopper : IDisposable
{
    private readonly HttpClient client;

    private Shopper(IAlbaHost host, string? token)
    {
        client = host.Server.CreateClient();
        if (token is null) return;
        client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Subject = Guid.Parse(new JsonWebToken(token).Subject);
    }

    public Guid Subject { get; }

    public static async Task<Shopper> GuestAsync(IAlbaHost host) => new(host, await host.GuestToken());

    public static async Task<Shopper> OfRoleAsync(IAlbaHost host, string role) => new(host, await host.TokenFor(role));

    public static Shopper WithoutToken(IAlbaHost host) => new(host, null);

    /// <summary>From now on the browser prefers these languages.</summary>
    public void Accepts(string languages) => client.DefaultRequestHeaders.TryAddWithoutValidation("Accept-Language", languages);

    public Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public Task<Answer> PostAsync(string path, object? body = null, string? key = null) => SendAsync(HttpMethod.Post, path, body, key);

    public Task<Answer> AddAsync(string sku, int quantity = 1, string? key = null) =>
        PostAsync("/api/cart/items", new { sku, quantity }, key);

    public Task<Answer> CheckoutAsync(string? key = null, string shippingMethod = "standard") =>
        PostAsync("/api/checkout", Checkout(shippingMethod), key ?? Guid.NewGuid().ToString());

    public static object Checkout(string shippingMethod = "standard") =>
        new { shippingAddress = SampleAddresses.Bengaluru, shippingMethod, paymentToken = "tok_approve", email = "asha@example.com" };

    public async Task<Answer> SendAsync(HttpMethod method, string path, object? body = null, string? key = null, string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = body is string json
                ? new StringContent(json, null, "application/json")
                : JsonContent.Create(body, options: Answer.Json);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        if (ifMatch is not null) request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return new((int)response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text),
            response.Headers, text);
    }

    public void Dispose() => client.Dispose();
}
