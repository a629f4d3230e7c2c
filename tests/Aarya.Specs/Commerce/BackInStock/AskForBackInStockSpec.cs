using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.BackInStock;

public sealed class AskForBackInStockSpec(AaryaFixture fixture) : BackInStockStory(fixture)
{
    [Fact]
    public async Task an_address_waits_once_for_a_sku_and_nobody_learns_who_has_asked_before()
    {
        var sku = await Host.SellsAsync(pieces: 0);

        var first = (await AskAsync(sku, Mailbox("asha"))).Is(202);
        var again = (await AskAsync(sku, $" {Mailbox("ASHA")} ")).Is(202);

        Assert.Equal(("", ""), (first.Text, again.Text));
        Assert.Equal((1, 1), await WaitingAsync(sku));
    }

    [Fact]
    public async Task what_is_refused_changes_nothing()
    {
        var sku = await Host.SellsAsync(pieces: 1);
        var hidden = await Host.SellsAsync(pieces: 0, published: false);
        using var stranger = Shopper.WithoutToken(Host);

        (await AskAsync(sku, Mailbox("asha"))).Is(409, "sku.in_stock");
        (await AskAsync(hidden, Mailbox("asha"))).Is(404, "sku.not_found");
        (await AskAsync($"NO-{Tag}", Mailbox("asha"))).Is(404, "sku.not_found");
        await PutInStockAsync(sku, 0);
        (await AskAsync(sku, "asha")).Names("email");
        (await AskAsync(sku, Mailbox("asha"), stranger)).Is(401, "auth.required");

        Assert.Equal((0, 0), await WaitingAsync(sku));
        Assert.Equal((0, 0), await WaitingAsync(hidden));
    }

    [Fact]
    public async Task the_table_counts_exactly_the_requests_however_many_come_and_go_at_once()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        using var first = await Shopper.GuestAsync(Host);
        using var second = await Shopper.GuestAsync(Host);
        using var merchandiser = await Shopper.OfRoleAsync(Host, "merchandiser");

        // Each of 20 addresses is entered twice at the same time, and staff withdraw what there is in between.
        var asked = Enumerable.Range(0, 20).SelectMany(i => new[]
        {
            AskAsync(sku, Mailbox($"shopper{i}"), first), AskAsync(sku, Mailbox($"shopper{i}"), second),
        });
        var withdrawn = Enumerable.Range(0, 3).Select(_ => merchandiser.SendAsync(HttpMethod.Delete, $"/api/admin/back-in-stock/{sku}"));
        var answers = await Task.WhenAll(asked.Concat(withdrawn));

        Assert.All(answers[..40], x => x.Is(202));
        Assert.All(answers[40..], x => Assert.Contains(x.Status, new[] { 200, 404 }));
        var (counted, stored) = await WaitingAsync(sku);
        Assert.Equal(stored, counted);
        Assert.InRange(stored, 0, 20);

        // All of them ask again: now each address waits once.
        await Task.WhenAll(Enumerable.Range(0, 20).Select(i => AskAsync(sku, Mailbox($"shopper{i}"), first)));
        Assert.Equal((20, 20), await WaitingAsync(sku));
    }

    [Fact]
    public async Task an_address_waits_for_at_most_twenty_skus_even_when_they_are_asked_for_at_once()
    {
        var skus = await Task.WhenAll(Enumerable.Range(0, BackInStockRequest.MostPerAddress + 4).Select(_ => Host.SellsAsync(pieces: 0)));
        using var guest = await Shopper.GuestAsync(Host);

        await Task.WhenAll(skus.Select(async x => (await AskAsync(x, Mailbox("asha"), guest)).Is(202)));

        var waiting = await Task.WhenAll(skus.Select(WaitingAsync));
        Assert.Equal(BackInStockRequest.MostPerAddress, waiting.Sum(x => x.Stored));
        Assert.Equal(BackInStockRequest.MostPerAddress, waiting.Sum(x => x.Counted));
    }

    [Fact]
    public async Task a_shopper_who_asks_while_a_delivery_is_booked_does_not_wait_for_the_next_one()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        using var guest = await Shopper.GuestAsync(Host);
        // The first request takes longer, because the program compiles the endpoint.
        (await AskAsync(sku, Mailbox("rao"), guest)).Is(202);
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        await Stock.AdjustAsync(session, sku, 1, "delivery", $"{Guid.NewGuid()}", Cancel);

        var asked = AskAsync(sku, Mailbox("asha"), guest);
        // Without a lock the request would end here: it would see the old stock, and be stored after the delivery was announced.
        await Eventually.HoldsAsync("the request to wait for the delivery", async () => asked.IsCompleted || await WaitsForStockAsync());
        await session.SaveChangesAsync(Cancel);

        (await asked).Is(409, "sku.in_stock");
        Assert.Equal((1, 1), await WaitingAsync(sku));
    }

    private async Task<bool> WaitsForStockAsync()
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        var waiting = await session.AdvancedSql.QueryAsync<int>(
            """
            select count(*)::int from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and query like '%for share of stock%'
            """, Cancel);
        return waiting is [> 0];
    }

    [Fact]
    public async Task a_client_that_enters_address_after_address_is_slowed_down()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        await using var redis = await RedisServer.StartAsync();
        await using var node = await Fixture.NodeApartAsync(x => x.UseSetting("REDIS_URL", redis.Url)
            .UseSetting("AARYA_RATE_LIMIT", "1000").UseSetting("AARYA_RATE_LIMIT_BACK_IN_STOCK", "2"));
        using var guest = await Shopper.GuestAsync(node);

        for (var i = 0; i < 2; i++) (await AskAsync(sku, Mailbox($"shopper{i}"), guest)).Is(202);
        (await AskAsync(sku, Mailbox("shopper2"), guest)).Is(429, "rate.limited");

        Assert.Equal((2, 2), await WaitingAsync(sku));
    }
}
