using Aarya.Features;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Features.Commerce.Store;
using Aarya.Specs.Commerce.BackInStock;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Wolverine;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.PriceAlerts;

/// <summary>Shoppers ask to hear of a lower price, and hear of it once.</summary>
[StoryOf(typeof(TellPriceDropHandler), typeof(ForgetPriceAlertHandler))]
public sealed class AskForPriceAlertSpec(AaryaFixture fixture) : BackInStockStory(fixture)
{
    [Fact]
    public async Task a_price_below_that_of_the_alert_is_news_once()
    {
        var sku = await Host.SellsAsync(price: Money.Rupees(500));
        await AlertAsync(sku, "asha");
        await AlertAsync(sku, "asha");

        Assert.Empty(await PricedAtAsync(sku, 500));
        Assert.Empty(await PricedAtAsync(sku, 600));
        var told = Assert.Single(await PricedAtAsync(sku, 499));
        Assert.Equal(
            (Mailbox("asha"), sku, Money.Rupees(499), Money.Rupees(500)), (told.Email, told.Item.Sku, told.Item.Price, told.From));
        Assert.Empty(await PricedAtAsync(sku, 300));
        Assert.Equal(0, await AlertsAsync(sku));
    }

    [Fact]
    public async Task an_alert_that_is_asked_for_again_is_about_the_price_of_that_time()
    {
        var sku = await Host.SellsAsync(price: Money.Rupees(500));
        await AlertAsync(sku, "asha");
        await PricedAtAsync(sku, 700);
        await AlertAsync(sku, "asha");
        Assert.Equal(Money.Rupees(700), Assert.Single(await PricedAtAsync(sku, 600)).From);
    }

    [Fact]
    public async Task the_edit_of_a_product_is_what_tells_the_shoppers()
    {
        var product = await GivenAsync(Kurta());
        await AlertAsync(Sku("S"), "asha");
        await AlertAsync(Sku("M"), "rao");
        using var merchandiser = await Shopper.OfRoleAsync(Host, "merchandiser");
        var cheaper = Kurta() with { Variants = [.. Kurta().Variants.Select(x => x with { Stock = 0 })] };
        cheaper = cheaper with
        {
            Variants = [cheaper.Variants[0] with { Price = Money.Rupees(999) }, cheaper.Variants[1]],
        };
        var edited = await Host.ExecuteAndWaitAsync(async () =>
        {
            var current = await merchandiser.GetAsync($"/api/admin/products/{product.Id}");
            (await merchandiser.SendAsync(
                HttpMethod.Put, $"/api/admin/products/{product.Id}",
                new { cheaper.Name, cheaper.Description, cheaper.Category, cheaper.Variants },
                ifMatch: current.Headers.ETag!.ToString())).Is(200);
            await using var scope = Host.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new AnnounceChanges(), Cancel);
        }, 60_000);

        await Eventually.HoldsAsync("the alert of the cheaper size to be used up", async () => await AlertsAsync(Sku("S")) == 0);
        Assert.Equal(1, await AlertsAsync(Sku("M")));
        Assert.All(edited.Sent.MessagesOf<PriceDroppedNotice>(), x => Assert.Equal(Sku("S"), x.Item.Sku));
    }

    [Fact]
    public async Task every_shopper_gets_one_piece_of_news_however_many_handlers_work_at_once()
    {
        var sku = await Host.SellsAsync(price: Money.Rupees(500));
        const int Shoppers = TellPriceDrop.Most + 30;
        await StoreAsync(sku, Shoppers);
        await SetPriceAsync(sku, 400);

        var messages = await Host.ExecuteAndWaitAsync(
            () => Task.WhenAll(Enumerable.Range(0, 4).Select(async _ =>
            {
                await using var scope = Host.Services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new TellPriceDrop(sku), Cancel);
            })), 60_000);

        var news = messages.Sent.MessagesOf<PriceDroppedNotice>().ToList();
        Assert.Equal(Shoppers, news.Count);
        Assert.Equal(Shoppers, news.Select(x => x.AlertId).Distinct().Count());
        Assert.Equal(0, await AlertsAsync(sku));
    }

    [Fact]
    public async Task a_price_that_falls_while_a_shopper_asks_is_either_the_price_of_the_alert_or_news()
    {
        for (var round = 0; round < 10; round++)
        {
            var sku = await Host.SellsAsync(price: Money.Rupees(500));
            await Task.WhenAll(AlertAsync(sku, $"asha{round}"), SetPriceAsync(sku, 400));
            var told = (await Host.InvokeMessageAndWaitAsync(new TellPriceDrop(sku), 30_000)).Sent.MessagesOf<PriceDroppedNotice>().Count();
            Assert.True(told == 1 || await PriceOfAlertAsync(sku) == Money.Rupees(400).Minor, "The alert waits for less than 500.");
        }
    }

    [Fact]
    public async Task an_address_waits_for_a_limited_number_of_prices_and_the_answer_does_not_show_it()
    {
        var skus = new List<string>();
        for (var i = 0; i <= PriceAlert.MostPerAddress; i++) skus.Add(await Host.SellsAsync());
        foreach (var sku in skus) await AlertAsync(sku, "busy");
        Assert.Equal(0, await AlertsAsync(skus[^1]));
        Assert.Equal(1, await AlertsAsync(skus[0]));
    }

    [Theory]
    [InlineData("""{}""")]
    [InlineData("""{"email":"a b@c"}""")]
    [InlineData("""{"email":7}""")]
    [InlineData("""{"email":"asha@example.com","price":1}""", "price")]
    public async Task what_is_wrong_is_named_and_nothing_is_stored(string body, string field = "email")
    {
        var sku = await Host.SellsAsync();
        using var guest = await Shopper.GuestAsync(Host);
        (await guest.PostAsync($"/api/inventory/{sku}/price-alert", body)).Names(field);
        Assert.Equal(0, await AlertsAsync(sku));
    }

    [Fact]
    public async Task a_sku_that_is_not_on_sale_is_not_found()
    {
        using var guest = await Shopper.GuestAsync(Host);
        var hidden = await Host.SellsAsync(published: false);
        foreach (var sku in new[] { hidden, "NOTHING" })
            (await guest.PostAsync($"/api/inventory/{sku}/price-alert", new { email = Mailbox("asha") })).Is(404, "sku.not_found");
    }

    [Fact]
    public async Task an_alert_that_is_too_old_is_forgotten()
    {
        var sku = await Host.SellsAsync();
        var asked = await Host.ExecuteAndWaitAsync(() => AlertAsync(sku, "asha"), 30_000);
        await Host.InvokeMessageAndWaitAsync(asked.Scheduled.SingleMessage<ForgetPriceAlert>());
        Assert.Equal(0, await AlertsAsync(sku));
    }

    [Fact]
    public async Task the_alerts_of_a_person_are_exported_and_erased_and_are_sealed_meanwhile()
    {
        var sku = await Host.SellsAsync();
        using var asha = await Shopper.OfRoleAsync(Host, "customer");
        (await asha.PostAsync($"/api/inventory/{sku}/price-alert", new { email = Mailbox("asha") })).Is(202);
        await AlertAsync(sku, "rao");
        await using (var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession())
        {
            var stored = await session.AdvancedSql.QueryAsync<string>(
                "select data::text from commerce.mt_doc_pricealert where data ->> 'sku' = ?", Cancel, sku);
            Assert.Equal(2, stored.Count);
            Assert.All(stored, x => Assert.DoesNotContain("@example.com", x, StringComparison.Ordinal));
        }

        var asked = await Host.InvokeMessageAndWaitAsync(
            new PersonalDataAskedNotice(asha.Subject, Guid.CreateVersion7(), [], null), 60_000);
        Assert.Contains(Mailbox("asha"), asked.Sent.SingleMessage<PersonalDataGatheredNotice>().Json, StringComparison.Ordinal);
        await Host.InvokeMessageAndWaitAsync(new UserErasedNotice(asha.Subject, Guid.CreateVersion7(), [], null), 60_000);
        Assert.Equal(Mailbox("rao"), Assert.Single(await PricedAtAsync(sku, 1)).Email);
    }

    [Fact]
    public async Task the_alerts_and_requests_of_a_guest_are_the_account_s_after_signing_in()
    {
        var (sku, soldOut) = (await Host.SellsAsync(), await Host.SellsAsync(pieces: 0));
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        (await guest.PostAsync($"/api/inventory/{sku}/price-alert", new { email = Mailbox("asha") })).Is(202);
        (await AskAsync(soldOut, Mailbox("asha"), guest)).Is(202);

        await Host.InvokeMessageAndWaitAsync(new GuestSignedInNotice(guest.Subject, account.Subject, DateTimeOffset.UtcNow), 60_000);

        Assert.Equal(account.Subject, Assert.Single(await PricedAtAsync(sku, 1)).Subject);
        await PutInStockAsync(soldOut, 1);
        var told = await Host.InvokeMessageAndWaitAsync(new Features.Commerce.BackInStock.TellWaiting(soldOut), 30_000);
        Assert.Equal(account.Subject, told.Sent.SingleMessage<BackInStockNotice>().Subject);
    }

    private async Task AlertAsync(string sku, string who)
    {
        using var guest = await Shopper.GuestAsync(Host);
        (await guest.PostAsync($"/api/inventory/{sku}/price-alert", new { email = Mailbox(who) })).Is(202);
    }

    private async Task<IReadOnlyList<PriceDroppedNotice>> PricedAtAsync(string sku, int rupees)
    {
        await SetPriceAsync(sku, rupees);
        return [.. (await Host.InvokeMessageAndWaitAsync(new TellPriceDrop(sku), 30_000)).Sent.MessagesOf<PriceDroppedNotice>()];
    }

    private async Task SetPriceAsync(string sku, int rupees)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        session.QueueSqlCommand("update commerce.variant set price_minor = ? where sku = ?", Money.Rupees(rupees).Minor, sku);
        await session.SaveChangesAsync(Cancel);
    }

    private async Task StoreAsync(string sku, int shoppers)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        var product = (await session.AdvancedSql.QueryAsync<Guid>("select product_id from commerce.variant where sku = ?", Cancel, sku))[0];
        session.Insert(Enumerable.Range(0, shoppers).Select(i => new PriceAlert
        {
            Id = Guid.CreateVersion7(),
            Sku = sku,
            ProductId = product,
            Subject = Guid.CreateVersion7(),
            Email = Mailbox($"shopper{i}"),
            Price = Money.Rupees(500).Minor,
            AskedAt = DateTimeOffset.UtcNow,
        }));
        await session.SaveChangesAsync(Cancel);
    }

    private async Task<int> AlertsAsync(string sku)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return await session.Query<PriceAlert>().CountAsync(x => x.Sku == sku, Cancel);
    }

    private async Task<long> PriceOfAlertAsync(string sku)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return (await session.Query<PriceAlert>().SingleAsync(x => x.Sku == sku, Cancel)).Price;
    }
}
