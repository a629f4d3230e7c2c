using StackExchange.Redis;
using static Aarya.Specs.Messaging.StreamsRig;

namespace Aarya.Specs.Messaging;

/// <summary>
/// Events between contexts: each reader handles an event once, however often it is delivered, and one that fails harms no other.
/// </summary>
public sealed class RedisStreamsSpec(StreamsRig rig) : IClassFixture<StreamsRig>
{
    [Fact]
    public async Task every_context_handles_an_event_once_by_its_own_record_of_it()
    {
        var (shop, _) = await rig.RunSplitAsync();
        var orders = await PlaceAsync(shop, 20);
        await rig.SettleAsync(orders);

        Assert.Equal(20,
            shop.Output.Split('\n')
                .Count(x => x.StartsWith("told ", StringComparison.Ordinal) && orders.Contains(Guid.Parse(x["told ".Length..]))));
        var entry = (await rig.Redis.StreamRangeAsync(Orders, count: 1, messageOrder: Order.Descending))[0];
        Assert.Equal("commerce.order_placed.v1", entry["type"]);
        Assert.Contains(Guid.Parse((string)entry["key"]!), orders);
    }

    [Fact]
    public async Task an_event_that_comes_again_after_ten_minutes_has_no_effect()
    {
        var orders = await PlaceAsync((await rig.RunSplitAsync()).Shop, 5);
        await rig.SettleAsync(orders);

        // As a publisher does that got no confirmation from Redis.
        foreach (var entry in await rig.Redis.StreamRangeAsync(Orders)) await rig.Redis.StreamAddAsync(Orders, entry.Values);

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task a_reader_that_dies_between_commit_and_acknowledgement_does_nothing_twice_after_its_restart()
    {
        var (shop, payment) = await rig.RunSplitAsync();
        rig.ArmFate();
        var orders = await PlaceAsync(shop, 10, "payment:dies-after-commit");
        await payment.EndAsync();

        await rig.RunSplitAsync();

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task what_a_reader_held_that_died_before_its_commit_another_takes_over()
    {
        var (shop, payment) = await rig.RunSplitAsync();
        rig.ArmFate();
        var orders = await PlaceAsync(shop, 10, "payment:dies-before-commit");
        await payment.EndAsync();

        await rig.RunAsync(("a", Shop), ("c", "payment"));

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task a_poisoned_event_waits_among_the_dead_letters_of_its_reader_and_is_handled_once_when_replayed()
    {
        var (shop, _) = await rig.RunSplitAsync();
        rig.ArmFate();
        var orders = await PlaceAsync(shop, 3, "payment:fails");
        await UntilAsync("the events are dead letters", async () => await rig.DeadLettersAsync() == 3);
        Assert.Equal(3, await rig.CountAsync("""
            select count(*) from payment.wolverine_dead_letters
            where exception_message = 'This order cannot be handled.' and message_type = 'billing.commerce.order_placed.v1'
            """, []));
        Assert.Equal(0, await rig.CountAsync("select count(*) from payment.effect where what = 'charged' and order_id = any($1)", orders));

        rig.DisarmFate();
        await rig.ExecuteAsync("update payment.wolverine_dead_letters set replayable = true");

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task each_of_two_handlers_of_one_context_has_its_own_row_and_one_that_fails_does_not_hold_up_the_other()
    {
        var (shop, _) = await rig.RunSplitAsync();
        rig.ArmFate();
        var orders = await PlaceAsync(shop, 3, "count:fails");
        await UntilAsync("the events are dead letters of one handler", async () => await rig.CountAsync(
            "select count(*) from payment.wolverine_dead_letters where received_at like '%/payment/CountOrderHandler'", []) == 3);
        await UntilAsync("the other handler has charged", async () => await rig.CountAsync(
            "select count(*) from payment.effect where what = 'charged' and order_id = any($1)", orders) == 3);
        Assert.Equal(3, await rig.DeadLettersAsync());

        rig.DisarmFate();
        await rig.ExecuteAsync("update payment.wolverine_dead_letters set replayable = true");
        await rig.SettleAsync(orders);

        var entries = await rig.Redis.StreamRangeAsync(Orders, count: 3, messageOrder: Order.Descending);
        foreach (var entry in entries)
        {
            Assert.Equal(2, await rig.CountAsync($"""
                select count(*) from payment.processed_event where event_id = '{entry["id"]}'
                  and grp in ('payment/ChargeOrderHandler', 'payment/CountOrderHandler')
                """, []));
        }
    }

    [Fact]
    public async Task an_event_that_was_handled_while_the_context_had_one_handler_is_not_handled_again_by_two()
    {
        var (shop, payment) = await rig.RunSplitAsync();
        await payment.StopAsync();
        var entries = await rig.Redis.StreamLengthAsync(Orders);
        var orders = await PlaceAsync(shop, 1);
        await UntilAsync("the event is on the stream", async () => await rig.Redis.StreamLengthAsync(Orders) > entries);
        var entry = (await rig.Redis.StreamRangeAsync(Orders, count: 1, messageOrder: Order.Descending))[0];
        await rig.ExecuteAsync($"insert into payment.processed_event (grp, event_id) values ('payment', '{entry["id"]}')");

        await rig.RunSplitAsync();
        await UntilAsync("the event is acknowledged", async () =>
            (await rig.Redis.StreamGroupInfoAsync(Orders)).Single(x => x.Name == "payment") is { PendingMessageCount: 0 } group
            && group.LastDeliveredId == (string?)entry.Id);

        Assert.Equal(0, await rig.CountAsync("select count(*) from payment.effect where order_id = any($1)", orders));
    }

    [Fact]
    public async Task an_event_that_was_delivered_five_times_without_an_answer_is_given_up()
    {
        var (shop, payment) = await rig.RunSplitAsync();
        await payment.StopAsync();
        var entries = await rig.Redis.StreamLengthAsync(Orders);
        var orders = await PlaceAsync(shop, 1);
        await UntilAsync("the event is on the stream", async () => await rig.Redis.StreamLengthAsync(Orders) > entries);
        // As if every process that received it had crashed on it.
        var given = Assert.Single(await rig.Redis.StreamReadGroupAsync(Orders, "payment", "b", ">"));
        await rig.Redis.ExecuteAsync("XCLAIM", Orders, "payment", "b", 0, given.Id, "RETRYCOUNT", 5);

        await rig.RunSplitAsync();
        // One of each handler: nobody knows which of them failed.
        await UntilAsync("the event is a dead letter", async () => await rig.DeadLettersAsync() == 2);
        Assert.Equal(2,
            await rig.CountAsync(
                "select count(*) from payment.wolverine_dead_letters where exception_message = 'Gave up after 5 failed deliveries.'",
                []));

        await rig.ExecuteAsync("update payment.wolverine_dead_letters set replayable = true");
        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task a_process_that_is_told_to_stop_finishes_what_it_has_begun_and_leaves_the_rest()
    {
        var (shop, payment) = await rig.RunSplitAsync();
        var placing = PlaceAsync(shop, 100, "payment:slow");
        await shop.HearAsync("told");
        await payment.StopAsync();
        var orders = await placing;

        await rig.RunSplitAsync();

        await rig.SettleAsync(orders);
    }

    private async Task<(Guid Id, RedisValue Entry)> AddAsync(string type)
    {
        var id = Guid.NewGuid();
        return (id, await rig.Redis.StreamAddAsync(Orders, [new("id", id.ToString()), new("type", type), new("body", "{}")]));
    }
}
