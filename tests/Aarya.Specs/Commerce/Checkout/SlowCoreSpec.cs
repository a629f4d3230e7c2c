using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;

namespace Aarya.Specs.Commerce.Checkout;

using Roles = Features.Roles;

/// <summary>Core is stopped, as on a machine that has run out of memory: it accepts calls and answers none.</summary>
public sealed class SlowCoreSpec
{
    private const int Waiting = 12;

    [Fact]
    public async Task checkouts_that_wait_for_core_hold_up_neither_the_catalogue_nor_other_checkouts()
    {
        await using var shop = await SplitShop.StartAsync(Roles.Core, ActiveRoles.Gateway);
        // Fewer connections than checkouts that wait: with a transaction each, they would take all of them.
        await shop.StartRoleAsync(Roles.Commerce, ("DATABASE_POOL_SIZE", "4"));
        var seeded = await ChildProgram.AaryaAsync(["seed"], shop.SettingsOf(
            string.Join(',', Roles.Contexts), ("ASPNETCORE_ENVIRONMENT", "Development")));
        Assert.True(seeded.ExitCode == 0, seeded.Output + seeded.Error);
        using var client = shop.Client();
        var customer = (await SendAsync(client, "/api/auth/login", null,
            new { email = "shopper@aarya.example", password = "monsoon-rain-in-mumbai" })).GetProperty("accessToken").GetString()!;
        var guests = new List<string>();
        for (var i = 0; i < 5; i++)
            guests.Add((await SendAsync(client, "/api/auth/guest", null, new { })).GetProperty("accessToken").GetString()!);
        var products = await client.GetFromJsonAsync<JsonElement>("/api/products?limit=5", TestContext.Current.CancellationToken);
        var slug = products.GetProperty("items")[0].GetProperty("slug").GetString();
        var product = await client.GetFromJsonAsync<JsonElement>($"/api/products/{slug}", TestContext.Current.CancellationToken);
        var sku = product.GetProperty("variants")[0].GetProperty("sku").GetString()!;
        await SendAsync(client, "/api/cart/items", customer, new { sku, quantity = 1 });

        var core = shop.Role(Roles.Core).Id;
        await SignalAsync("STOP", core);
        try
        {
            using var done = new CancellationTokenSource();
            // They ask core for the customer's e-mail address, again and again.
            var waiting = Enumerable.Range(0, Waiting).Select(_ => KeepOrderingAsync(client, customer, done.Token)).ToList();
            foreach (var guest in guests)
            {
                // Another page each time, so that none is a ready answer.
                var page = new Uri($"/api/products?limit={guests.IndexOf(guest) + 1}", UriKind.Relative);
                using (var listed = await client.GetAsync(page, TestContext.Current.CancellationToken)) listed.EnsureSuccessStatusCode();
                await SendAsync(client, "/api/cart/items", guest, new { sku, quantity = 1 });
                var order = await SendAsync(client, "/api/checkout", guest, Shopper.Checkout());
                Assert.Equal("pending_payment", order.GetProperty("status").GetString());
            }

            await done.CancelAsync();
            await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        }
        finally
        {
            await SignalAsync("CONT", core);
        }
    }

    private static async Task KeepOrderingAsync(HttpClient client, string token, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            using var request = Request("/api/checkout", token,
                new { shippingAddress = SampleAddresses.Bengaluru, shippingMethod = "standard", paymentToken = "tok_approve" });
            try
            {
                using var _ = await client.SendAsync(request, done);
            }
            catch (OperationCanceledException) when (done.IsCancellationRequested)
            {
                return;
            }
        }
    }

    private static async Task<JsonElement> SendAsync(HttpClient client, string path, string? token, object body)
    {
        using var request = Request(path, token, body);
        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static HttpRequestMessage Request(string path, string? token, object body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(body, options: Answer.Json) };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        return request;
    }

    private static async Task SignalAsync(string signal, int process)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }
}
