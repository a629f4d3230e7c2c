using System.Diagnostics;
using Aarya.Features.Commerce.Orders;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.Orders;

public sealed class OrderWatchSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_committed_order_wakes_who_watches_it_and_nobody_else()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var order = await Host.PlacedOrderAsync(shopper);
        var watch = new OrderWatch(Host.Services.GetRequiredService<RedisConnections>());
        using var waiter = watch.Begin(order.Id, Guid.NewGuid(), "203.0.113.1")!;
        using var other = watch.Begin(Guid.NewGuid(), Guid.NewGuid(), "203.0.113.1")!;
        var elsewhere = other.ChangeAsync(TimeSpan.FromSeconds(60), Cancel);

        var clock = Stopwatch.StartNew();
        var change = waiter.ChangeAsync(TimeSpan.FromSeconds(60), Cancel);
        // A subscription begins when Redis has received it; the waiter's next read finds what was committed before.
        while (!change.IsCompleted && clock.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Host.Services.GetRequiredService<RedisConnections>().StateConnection.GetSubscriber().PingAsync();
            if (!change.IsCompleted) await shopper.PostAsync($"/api/orders/{order.Id}/cancel");
        }

        await change;
        Assert.InRange(clock.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.False(elsewhere.IsCompleted);
    }

    [Fact]
    public void a_node_lets_a_bounded_number_wait()
    {
        var watch = new OrderWatch(Host.Services.GetRequiredService<RedisConnections>());
        var waiting = new List<OrderWatch.Waiter>();
        while (Begin() is { } waiter) waiting.Add(waiter);

        Assert.Equal(2_000, waiting.Count);
        waiting[0].Dispose();
        waiting[0].Dispose();
        using (var next = Begin()) Assert.NotNull(next);
        using var again = Begin();
        Assert.NotNull(again);
        Assert.Null(Begin());
        foreach (var waiter in waiting) waiter.Dispose();

        OrderWatch.Waiter? Begin() => watch.Begin(Guid.NewGuid(), Guid.NewGuid(), $"203.0.113.{waiting.Count % 20}");
    }

    [Fact]
    public void one_shopper_or_one_network_cannot_take_every_waiting_place()
    {
        var watch = new OrderWatch(Host.Services.GetRequiredService<RedisConnections>());
        var (shopper, order) = (Guid.NewGuid(), Guid.NewGuid());
        var own = Enumerable.Range(0, 60).Select(x => watch.Begin(order, shopper, $"203.0.113.{x}")).ToList();
        Assert.Equal(OrderWatch.MostPerShopper, own.Count(x => x is not null));
        var ofOneNetwork = Enumerable.Range(0, 600).Select(_ => watch.Begin(order, Guid.NewGuid(), "198.51.100.1")).ToList();
        Assert.Equal(500, ofOneNetwork.Count(x => x is not null));
        Assert.NotNull(watch.Begin(order, Guid.NewGuid(), "198.51.100.2"));

        foreach (var waiter in own) waiter?.Dispose();
        Assert.NotNull(watch.Begin(order, shopper, "203.0.113.1"));
    }
}
