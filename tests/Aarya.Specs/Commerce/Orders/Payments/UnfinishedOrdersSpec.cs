using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.Payments;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Commerce.Orders.Payments;

/// <summary>What an order still needs is done, even if its message was lost or became a dead letter.</summary>
public sealed class UnfinishedOrdersSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly CartKeys Keys = new(RedisKeys.OfOneBucket);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task an_unpaid_order_whose_message_was_lost_releases_its_goods_but_not_before_it_is_overdue()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var order = await Host.PlacedOrderAsync(shopper, pieces: 2);
        var before = (await Host.StockOfAsync(Sku(order))).Available;

        foreach (var ago in new[] { TimeSpan.FromMinutes(-1), UnfinishedOrders.Late / 2 })
        {
            await ExpiredAsync(order, ago);
            await FinishAsync();
            Assert.Equal("pending_payment", await StatusAsync(shopper, order));
        }

        await ExpiredAsync(order, UnfinishedOrders.Late);
        await FinishAsync();

        Assert.Equal("cancelled", await StatusAsync(shopper, order));
        Assert.Equal(before + 2, (await Host.StockOfAsync(Sku(order))).Available);
    }

    [Fact]
    public async Task an_order_that_cannot_be_cancelled_does_not_keep_the_others_from_it()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var broken = await Host.PlacedOrderAsync(shopper);
        var order = await Host.PlacedOrderAsync(shopper);
        await ExpiredAsync(broken, UnfinishedOrders.Late * 2);
        await ExpiredAsync(order, UnfinishedOrders.Late);
        const string lines = "update commerce.mt_doc_order set data = jsonb_set(data, '{lines}', $2::jsonb) where id = $1";
        var kept = await AskAsync<string>("select data ->> 'lines' from commerce.mt_doc_order where id = $1", broken.Id);
        await RunAsync(lines, broken.Id, "7");
        try
        {
            await Assert.ThrowsAsync<AggregateException>(FinishAsync);
            Assert.Equal("cancelled", await StatusAsync(shopper, order));
        }
        finally
        {
            await RunAsync(lines, broken.Id, kept);
        }

        await FinishAsync();
        Assert.Equal("cancelled", await StatusAsync(shopper, broken));
    }

    [Fact]
    public async Task paid_goods_leave_the_cart_although_their_message_was_lost()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var order = await Host.PaidOrderAsync(shopper);
        // As if the message that took them from the cart had never been handled.
        await AllOfRedis.KeyDeleteAsync(Keys.Taken($"{shopper.Subject}", $"{order.Id}"));
        (await shopper.AddAsync(Sku(order), 1)).Is(200);
        await RunAsync("update commerce.cart_claim set ended_at = null, left_at = null where order_id = $1", order.Id);

        await FinishAsync();
        Assert.Single((await shopper.GetAsync("/api/cart")).Is(200)["lines"].EnumerateArray());

        await RunAsync("update commerce.mt_doc_order set mt_last_modified = now() - interval '61 seconds' where id = $1", order.Id);
        await FinishAsync();

        Assert.Empty((await shopper.GetAsync("/api/cart")).Is(200)["lines"].EnumerateArray());
        Assert.True(await AskAsync<bool>("select ended_at is not null from commerce.cart_claim where order_id = $1", order.Id));
        (await shopper.AddAsync(Sku(order), 1)).Is(200);
        (await shopper.CheckoutAsync()).Is(201);
    }

    private Task FinishAsync() => Host.Services.GetRequiredService<UnfinishedOrders>().FinishAsync(Cancel);

    private static string Sku(OrderView order) => order.Lines[0].Sku;

    private static async Task<string?> StatusAsync(Shopper shopper, OrderView order) =>
        (await shopper.GetAsync($"/api/orders/{order.Id}")).Is(200)["status"].GetString();

    private Task ExpiredAsync(OrderView order, TimeSpan ago) =>
        RunAsync("update commerce.unpaid_order set expires_at = now() - $2 where order_id = $1", order.Id, ago);

    private async Task RunAsync(string sql, params object[] values)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        await using var command = Command(sql, values);
        Assert.Equal(1, await session.ExecuteAsync(command, Cancel));
        await session.SaveChangesAsync(Cancel);
    }

    private async Task<T> AskAsync<T>(string sql, params object[] values)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        await using var command = Command(sql, values);
        await using var reader = await session.ExecuteReaderAsync(command, Cancel);
        Assert.True(await reader.ReadAsync(Cancel));
        return await reader.GetFieldValueAsync<T>(0, Cancel);
    }

    private static NpgsqlCommand Command(string sql, object[] values)
    {
        var command = new NpgsqlCommand(sql);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return command;
    }
}
