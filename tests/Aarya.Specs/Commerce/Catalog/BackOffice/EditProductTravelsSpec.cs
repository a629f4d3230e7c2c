using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Specs.Privacy;
using Aarya.Specs.Support;
using Microsoft.AspNetCore.SignalR.Client;

namespace Aarya.Specs.Commerce.Catalog.BackOffice;

/// <summary>A change by staff reaches a cart, the search and an open page of a real shop.</summary>
public sealed class EditProductTravelsSpec(WholeShop shop) : IClassFixture<WholeShop>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_new_price_and_name_reach_the_cart_the_search_and_the_open_page()
    {
        await using var running = await shop.StartAsync($"only:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}");
        using var client = shop.Client();
        var shopper = new Customer(client);
        await shopper.VisitAsync();
        using var staff = await StaffAsync();
        var product = (await staff.GetFromJsonAsync<JsonElement>("/api/admin/products?inStock=true&limit=1", Cancel))
            .GetProperty("items")[0];
        var id = product.GetProperty("id").GetGuid();
        var whole = await staff.GetFromJsonAsync<JsonElement>($"/api/admin/products/{id}", Cancel);
        var sku = whole.GetProperty("variants").EnumerateArray().First(x => x.GetProperty("available").GetInt32() > 0).GetProperty("sku")
            .GetString()!;
        await shopper.SendAsync(HttpMethod.Post, "/api/cart/items", new { sku, quantity = 1 });
        var old = (await SearchAsync(client, whole.GetProperty("name").GetString()!)).GetArrayLength();
        Assert.True(old > 0);

        var told = new ConcurrentQueue<JsonElement>();
        await using var line = new HubConnectionBuilder().WithUrl(new Uri(client.BaseAddress!, "/hubs/storefront")).Build();
        line.On<JsonElement>("product", told.Enqueue);
        await line.StartAsync(Cancel);
        await line.InvokeAsync("WatchProduct", id, Cancel);

        const long price = 12_300;
        var name = $"Quillwort {whole.GetProperty("name").GetString()}";
        using var request = new HttpRequestMessage(HttpMethod.Put, $"/api/admin/products/{id}")
        {
            Content = JsonContent.Create(Edited(whole, name, price)),
        };
        request.Headers.TryAddWithoutValidation("If-Match", whole.GetProperty("etag").GetString());
        var began = Stopwatch.StartNew();
        using var answer = await staff.SendAsync(request, Cancel);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));

        var times = await Task.WhenAll(
            TimeAsync("the page", () => Task.FromResult(told.Any(x => PriceOf(x.GetProperty("variants")[0], "price") == price))),
            TimeAsync("the product",
                async () =>
                    (await client.GetFromJsonAsync<JsonElement>($"/api/products/{id}", Cancel)).GetProperty("name").GetString() == name),
            TimeAsync("the cart",
                async () => PriceOf((await shopper.SendAsync(HttpMethod.Get, "/api/cart")).GetProperty("lines")[0], "unitPrice") == price),
            TimeAsync("the search",
                async () => (await SearchAsync(client, "Quillwort")).EnumerateArray().Any(x => x.GetProperty("id").GetGuid() == id)));
        TestContext.Current.SendDiagnosticMessage(string.Join(", ", times));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", times));
        await running.StopAsync();

        async Task<string> TimeAsync(string where, Func<Task<bool>> there)
        {
            await Eventually.HoldsAsync($"{where} to have the change", there);
            return string.Create(CultureInfo.InvariantCulture, $"{where}: {began.Elapsed.TotalMilliseconds:0} ms");
        }
    }

    private static long PriceOf(JsonElement of, string member) => of.GetProperty(member).GetProperty("amount").GetInt64();

    private async Task<HttpClient> StaffAsync()
    {
        var client = shop.Client();
        using var signedIn = await client.PostAsJsonAsync("/api/auth/login",
            new { email = "admin@aarya.example", password = "pink-palace-in-jaipur" }, Cancel);
        Assert.Equal(HttpStatusCode.OK, signedIn.StatusCode);
        client.DefaultRequestHeaders.Authorization = new("Bearer",
            (await signedIn.Content.ReadFromJsonAsync<JsonElement>(Cancel)).GetProperty("accessToken").GetString());
        return client;
    }

    private static async Task<JsonElement> SearchAsync(HttpClient client, string words) =>
        (await client.GetFromJsonAsync<JsonElement>($"/api/search?q={Uri.EscapeDataString(words)}", Cancel)).GetProperty("items");

    private static object Edited(JsonElement whole, string name, long price) => new
    {
        name,
        description = whole.GetProperty("description").GetString(),
        category = whole.GetProperty("category").GetString(),
        variants = whole.GetProperty("variants").EnumerateArray().Select(x => new
        {
            sku = x.GetProperty("sku").GetString(),
            options = x.GetProperty("options"),
            price = new { amount = price, currency = "INR" },
        }).ToArray(),
    };
}
