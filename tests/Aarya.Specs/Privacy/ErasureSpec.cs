using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Features.Commerce.Privacy;
using Aarya.Features.CorePlatform.Privacy;
using Aarya.Features.Payment.Privacy;
using Aarya.Features.Search.Privacy;
using Aarya.Infrastructure.Privacy;
using Aarya.Specs.Support;

namespace Aarya.Specs.Privacy;

/// <summary>A customer exports all stored data, and then has it erased, in a real shop.</summary>
[StoryOf(typeof(GetErasureEndpoint), typeof(ErasePayerHandler), typeof(GatherPayerDataHandler), typeof(EraseShopperHandler),
    typeof(GatherShopperDataHandler), typeof(GetExportEndpoint), typeof(FetchExportEndpoint), typeof(GatherBuyerDataHandler),
    typeof(GatherPersonalDataHandler), typeof(StartErasingBuyerHandler))]
public sealed partial class ErasureSpec(WholeShop shop) : IClassFixture<WholeShop>
{
    private const string Town = "Kakkanad";

    private static readonly string Keys = $"only:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";

    [Fact]
    public async Task a_customer_sees_everything_that_is_held_and_then_nothing_is_held_any_more()
    {
        await using var running = await shop.StartAsync(Keys);
        using var client = shop.Client();
        var customer = new Customer(client);
        await customer.VisitAsync();
        var guestOrder = await customer.BuyAsync();
        await customer.RegisterAsync();
        await customer.LogInAsync();
        var key = await customer.FillAccountAsync();
        await customer.MoveAsync();
        var order = await customer.BuyAsync();
        var total = (await customer.OrderAsync(order)).GetProperty("total").GetProperty("amount").GetInt64();

        await Eventually.HoldsAsync("the recommendations to include it",
            async () => await shop.CountAsync("select count(*) from search.purchase") == 2);
        Assert.DoesNotContain(key, await SeesEverythingAsync(client, customer), StringComparison.Ordinal);

        foreach (var placed in new[] { order, guestOrder }) await customer.CancelAsync(placed);
        var archived = await shop.RunAsync(Keys, "compact", "--once");
        Assert.True(archived.ExitCode == 0, archived.Output + archived.Error);
        Assert.Contains((await shop.KeptAsync()).Opened(new(EncryptionKeys.Parse(Keys))).PlacesOf(customer.Email),
            x => x.Contains("in content.event_archive_", StringComparison.Ordinal));

        await RefusesAsync(customer, new { password = "another password" }, HttpStatusCode.BadRequest, "password");
        await RefusesAsync(customer, new { }, HttpStatusCode.BadRequest, "password");
        await customer.SendAsync(HttpMethod.Post, "/api/auth/password/forgot", new { email = customer.Email });
        using var accepted = await customer.TrySendAsync(HttpMethod.Delete, "/api/users/me", new { password = Customer.Password });
        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var receipt = accepted.Headers.Location!;
        await Eventually.HoldsAsync("the session to end", async () =>
            (await customer.TrySendAsync(HttpMethod.Get, "/api/users/me")).StatusCode == HttpStatusCode.Unauthorized);
        await Eventually.HoldsAsync("every context to have erased its data", async () =>
            (await client.GetFromJsonAsync<JsonElement>(receipt, TestContext.Current.CancellationToken)).GetProperty("status").GetString()
                == "erased");
        Assert.Empty((await shop.KeptAsync()).PlacesOf([.. customer.Words.Where(x => x != Town)]));
        // Dead letters of contexts that had already erased the person.
        foreach (var context in Features.Roles.Contexts)
            await shop.KeepDeadLetterAsync(context,
                $$"""{"UserId":"{{customer.Id}}","Name":"{{new Sealer(EncryptionKeys.Parse(Keys)).Seal(Customer.Name)}}"}""");
        await Eventually.HoldsAsync("the last round to end",
            async () => await shop.CountAsync("select count(*) from core.mt_doc_erasure where data ->> 'userId' is null") == 1);

        var kept = await shop.KeptAsync();
        var opened = kept.Opened(new(EncryptionKeys.Parse(Keys)));
        // The town stays on the order.
        string[] words = [.. customer.Words.Where(x => x != Town)];
        Assert.Empty(kept.PlacesOf(words));
        Assert.Empty(opened.PlacesOf(words));
        Assert.NotEmpty(opened.PlacesOf(Town));
        Assert.NotEmpty(kept.PlacesOf($"\"minor\": {total}", $"\"amount\": {total}"));

        using var unknown =
            await client.GetAsync(new Uri($"/api/users/erasures/{Guid.NewGuid()}", UriKind.Relative),
                TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);

        await customer.RegisterAsync();
        await customer.LogInAsync();
        Assert.Empty((await customer.SendAsync(HttpMethod.Get, "/api/orders")).GetProperty("items").EnumerateArray());
        Assert.Empty((await customer.SendAsync(HttpMethod.Get, "/api/notifications")).GetProperty("items").EnumerateArray());
        await running.StopAsync();
    }

    private static async Task<string> SeesEverythingAsync(HttpClient client, Customer customer)
    {
        using var asked = await customer.TrySendAsync(HttpMethod.Get, "/api/users/me/export");
        Assert.Equal(HttpStatusCode.Accepted, asked.StatusCode);
        var status = asked.Headers.Location!.ToString();
        await Eventually.HoldsAsync("all parts",
            async () => (await customer.SendAsync(HttpMethod.Get, status)).GetProperty("status").GetString() == "ready");
        using var again = await customer.TrySendAsync(HttpMethod.Get, "/api/users/me/export");
        Assert.Equal(status, again.Headers.Location!.ToString());

        var link = "";
        await Eventually.HoldsAsync("the link", async () =>
        {
            link = (await customer.MailsAsync()).Select(x => Link().Match(x.GetProperty("text").GetString()!).Value)
                .FirstOrDefault(x => x.Length > 0) ?? "";
            return link.Length > 0;
        });
        var text = await client.GetStringAsync(new Uri(link, UriKind.Relative), TestContext.Current.CancellationToken);
        var file = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.Equal(["commerce", "content", "core", "payment", "search"], file.EnumerateObject().Select(x => x.Name).Order());
        Assert.Equal(customer.Email, file.GetProperty("core").GetProperty("account").GetProperty("email").GetString());
        Assert.Equal("77 Zephyrine Terrace", file.GetProperty("core").GetProperty("addresses")[0].GetProperty("line1").GetString());
        Assert.NotEmpty(file.GetProperty("core").GetProperty("sessions").EnumerateArray());
        Assert.Equal("77 Zephyrine Terrace",
            file.GetProperty("commerce").GetProperty("orders")[0].GetProperty("shippingAddress").GetProperty("line1").GetString());
        // What the customer did as a guest is included.
        Assert.Equal(["captured", "captured"],
            file.GetProperty("payment").GetProperty("payments").EnumerateArray().Select(x => x.GetProperty("status").GetString()));
        Assert.Equal(2, file.GetProperty("commerce").GetProperty("orders").GetArrayLength());
        Assert.Equal(2, file.GetProperty("search").GetProperty("purchases").GetArrayLength());
        Assert.Equal(2, file.GetProperty("content").GetProperty("notifications").GetArrayLength());
        Assert.Contains("to another address", file.GetProperty("content").GetProperty("mails").ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("#token=", text, StringComparison.Ordinal);
        Assert.DoesNotContain("argon2", text, StringComparison.Ordinal);

        using var guessed =
            await client.GetAsync(new Uri("/api/users/exports/guessed", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NotFound, guessed.StatusCode);
        var other = new Customer(client);
        await other.VisitAsync();
        using var others = await other.TrySendAsync(HttpMethod.Get, status);
        Assert.Equal(HttpStatusCode.NotFound, others.StatusCode);
        return text;
    }

    private static async Task RefusesAsync(Customer customer, object body, HttpStatusCode status, string field)
    {
        using var answer = await customer.TrySendAsync(HttpMethod.Delete, "/api/users/me", body);
        Assert.Equal(status, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
        Assert.Equal(customer.Email, (await customer.SendAsync(HttpMethod.Get, "/api/users/me")).GetProperty("email").GetString());
    }

    [GeneratedRegex("/api/users/exports/[A-Za-z0-9_-]+")]
    private static partial Regex Link();
}
