using System.Text.Json;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.BackOffice;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.Orders.BackOffice;

/// <summary>How staff find orders.</summary>
[StoryOf(typeof(GetWholeOrderEndpoint))]
public sealed class ListAllOrdersSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly string tag = new([.. Guid.NewGuid().ToString("N").Select(x => (char)('a' + (x % 16)))]);

    [Fact]
    public async Task an_order_is_found_by_its_number_however_it_was_typed()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var (order, _) = await PlacedAsync("Meera Rao");

        foreach (var typed in new[]
        {
            order.Number,
            order.Number.ToLowerInvariant(),
            $" {order.Number} ",
            order.Number.Replace("-", "", StringComparison.Ordinal),
            order.Number[3..].ToLowerInvariant(),
            order.Number.Replace('0', 'o'),
        })
        {
            Assert.Equal([order.Id], await FindAsync(support, $"number={Uri.EscapeDataString(typed)}"));
            Assert.Equal(order.Id,
                (await support.GetAsync($"/api/admin/orders/{Uri.EscapeDataString(typed.Trim())}")).Is(200)["id"].GetGuid());
        }

        (await support.GetAsync($"/api/admin/orders?limit=1&cursor={order.Number}")).Names("cursor");

        Assert.Empty(await FindAsync(support, "number=AA-XXXXXXX"));
    }

    [Fact]
    public async Task an_order_is_found_by_what_was_ordered()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var (order, sku) = await PlacedAsync("Meera Rao");

        Assert.Equal([order.Id], await FindAsync(support, $"sku={sku}"));
        Assert.Equal([order.Id], await FindAsync(support, $"sku={sku.ToLowerInvariant()}&status=pending_payment"));
        Assert.Empty(await FindAsync(support, $"sku={sku[..^1]}"));
    }

    [Theory]
    [InlineData("Meera {0} Rao", "meera {0}", true)]
    [InlineData("Meera {0} Rao", "RAO  {0} meera", true)]
    [InlineData("Meera {0} Rao", "{0}", true)]
    [InlineData("Meera {0} Rao", "Mee {0}", false)]
    [InlineData("Cr\u00E8me {0}", "cre\u0300me {0}", true)]
    [InlineData("{0} O’Brien", "{0} o'brien", true)]
    [InlineData("ಆರ್ಯ {0}", "{0} ಆರ್ಯ", true)]
    [InlineData("山田 {0}", "山田 {0}", true)]
    public async Task an_order_is_found_by_the_words_of_its_recipients_name(string name, string search, bool found)
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var (order, _) = await PlacedAsync(Spell(name));

        Assert.Equal(found ? [order.Id] : [], await FindAsync(support, $"name={Uri.EscapeDataString(Spell(search))}"));

        string Spell(string text) => text.Replace("{0}", tag, StringComparison.Ordinal);
    }

    [Fact]
    public async Task no_name_lies_in_clear_for_that()
    {
        var (order, _) = await PlacedAsync($"Meera {tag}");
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        var json = await session.Json.FindByIdAsync<Order>(order.Id, Cancel);

        Assert.Contains("\"recipientIndex\"", json, StringComparison.Ordinal);
        Assert.DoesNotContain(tag, json, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task an_order_is_found_by_when_it_was_placed()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var (order, sku) = await PlacedAsync("Meera Rao");
        var day = order.PlacedAt.ToOffset(new(5, 30, 0));
        string Day(int days) => day.AddDays(days).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        string At(int seconds) =>
            Uri.EscapeDataString(order.PlacedAt.AddSeconds(seconds).ToString("O", System.Globalization.CultureInfo.InvariantCulture));

        foreach (var within in new[]
        {
            $"placedFrom={Day(0)}&placedTo={Day(0)}",
            $"placedFrom={Day(-1)}",
            $"placedTo={Day(0)}",
            $"placedFrom={At(-1)}&placedTo={At(1)}",
            $"placedFrom={At(-1).Replace("%2B", "+", StringComparison.Ordinal)}",
        })
            Assert.Equal([order.Id], await FindAsync(support, $"sku={sku}&{within}"));
        foreach (var outside in new[] { $"placedFrom={Day(1)}", $"placedTo={Day(-1)}", $"placedFrom={At(1)}", $"placedTo={At(-1)}" })
            Assert.Empty(await FindAsync(support, $"sku={sku}&{outside}"));
    }

    [Theory]
    [InlineData("placedFrom=yesterday", "placedFrom")]
    [InlineData("placedFrom=2026-02-30", "placedFrom")]
    [InlineData("placedFrom=2026-1-3", "placedFrom")]
    [InlineData("placedFrom=2026-01-03T10:00:00", "placedFrom")]
    [InlineData("placedTo=0001-01-01", "placedTo")]
    [InlineData("placedTo=9999-12-31", "placedTo")]
    [InlineData("placedTo=", "placedTo")]
    [InlineData("placedFrom=2026-02-02&placedTo=2026-01-31", "placedTo")]
    [InlineData("name=%20", "name")]
    [InlineData("name=!!", "name")]
    public async Task a_mistake_names_its_parameter(string query, string field)
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        (await support.GetAsync($"/api/admin/orders?{query}")).Names(field);
    }

    [Fact]
    public async Task staff_read_an_order_with_its_buyer_its_timeline_and_its_refunds()
    {
        using var support = await Shopper.OfRoleAsync(Host, "support");
        var (order, _) = await PlacedAsync("Meera Rao");

        var whole = (await support.GetAsync($"/api/admin/orders/{order.Id}")).Is(200);

        Assert.Equal((order.Number, "pending_payment", "Meera Rao"),
            (whole["number"].GetString(), whole["status"].GetString(), whole["shippingAddress"].GetProperty("name").GetString()));
        Assert.NotEqual(Guid.Empty, whole["subject"].GetGuid());
        Assert.Equal("placed", whole["timeline"][0].GetProperty("kind").GetString());
        Assert.Equal((0, "pending"), (whole["refunds"].GetArrayLength(), whole["payment"].GetProperty("status").GetString()));
    }

    [Theory]
    [InlineData("customer", 403)]
    [InlineData("merchandiser", 403)]
    [InlineData("support", 404)]
    public async Task only_support_reads_an_order_of_somebody_else(string role, int status)
    {
        using var caller = await Shopper.OfRoleAsync(Host, role);
        (await caller.GetAsync($"/api/admin/orders/{Guid.NewGuid()}")).Is(status);
        (await caller.GetAsync("/api/admin/orders/AA-XXXXXXX")).Is(status);
        (await caller.GetAsync("/api/admin/orders/nonsense")).Is(status);
    }

    private async Task<(OrderView Order, string Sku)> PlacedAsync(string recipient)
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var sku = await Host.SellsAsync();
        await shopper.AddAsync(sku);
        var body = JsonSerializer.SerializeToNode(Shopper.Checkout(), Answer.Json)!.AsObject();
        body["shippingAddress"]!["name"] = recipient;
        return ((await shopper.PostAsync("/api/checkout", body, Guid.NewGuid().ToString())).Is(201).As<OrderView>(), sku);
    }

    private static async Task<IReadOnlyList<Guid>> FindAsync(Shopper support, string query) =>
        [.. (await support.GetAsync($"/api/admin/orders?{query}")).Is(200)["items"].EnumerateArray()
            .Select(x => x.GetProperty("id").GetGuid())];
}
