using System.Diagnostics;
using Aarya.Features.Commerce.Orders;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Commerce.Orders;

public sealed class OrderWatchSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_committed_order_wakes_who_watches_it_and_nobody_else()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await shopper.AddAsync(await Host.SellsAsync());
        var order = (await shopper.CheckoutAsync()).Is(201).As<OrderView>();
        var watch = new OrderWatch(Host.Services.GetRequiredService<RedisConnections>());
        using var waiter = watch.Begin(order.Id)!;
        using var other = watch.Begin(Guid.NewGuid())!;
        var elsewhere = other.ChangeAsync(TimeSpan.FromSeconds(60), Cancel);

        var clock = Stopwatch.StartNew();
        var change = waiter.ChangeAsync(TimeSpan.FromSeconds(60), Cancel);
        // A subscription begins when Redis has heard of it: whatever is committed until then is found by the waiter's next look.
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
        while (watch.Begin(Guid.NewGuid()) is { } waiter) waiting.Add(waiter);

        Assert.Equal(2_000, waiting.Count);
        waiting[0].Dispose();
        waiting[0].Dispose();
        using (var next = watch.Begin(Guid.NewGuid())) Assert.NotNull(next);
        using var again = watch.Begin(Guid.NewGuid());
        Assert.NotNull(again);
        Assert.Null(watch.Begin(Guid.NewGuid()));
        foreach (var waiter in waiting) waiter.Dispose();
    }
}
