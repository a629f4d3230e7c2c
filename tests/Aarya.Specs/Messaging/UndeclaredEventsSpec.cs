using StackExchange.Redis;
using static Aarya.Specs.Messaging.StreamsRig;

namespace Aarya.Specs.Messaging;

/// <summary>Events that no reader here handles or that this version does not know: none is lost and none holds up another.</summary>
public sealed class UndeclaredEventsSpec(StreamsRig rig) : IClassFixture<StreamsRig>
{
    [Fact]
    public async Task an_event_that_nobody_here_reads_or_whose_handler_finds_nothing_to_do_is_acknowledged()
    {
        var orders = await PlaceAsync((await rig.RunSplitAsync()).Shop, 1, "content:declines");
        // Commerce reads it, but from another stream.
        await AddAsync("payment.payment_captured.v1");

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task an_event_that_no_context_of_this_version_declares_waits_for_a_newer_version_and_is_handled_once_there()
    {
        var (shop, payment) = await rig.RunSplitAsync();
        await payment.StopAsync();
        await shop.StopAsync();
        var orders = await PlaceAsync((await rig.RunAsync(("p", "commerce")))[0], 1);
        await UntilAsync("the event is on the stream", async () =>
            await rig.CountAsync("select count(*) from commerce.wolverine_outgoing_envelopes", []) == 0);
        var placed = (await rig.Redis.StreamRangeAsync(Orders, count: 1, messageOrder: Order.Descending))[0];
        var unknown = await RetypeAsync(placed, "commerce.order_placed.v9");

        try
        {
            (shop, payment) = await rig.RunSplitAsync();
            await UntilAsync("both groups have read the unknown event", async () => await PendingAsync() is [1, 1]);
            var later = await PlaceAsync(shop, 3);
            foreach (var (schema, what) in new[] { ("payment", "counted"), ("commerce", "confirmed") })
                await UntilAsync($"later events are {what}", async () => await rig.CountAsync(
                    $"select count(*) from {schema}.effect where what = '{what}' and order_id = any($1)", later) == 3);
            await UntilAsync("only the unknown event is pending", async () => await PendingAsync() is [1, 1]);
            Assert.Equal(0, await rig.DeadLettersAsync());

            // The newer version knows it. Its entry keeps its id, so nothing newer may be on the stream.
            foreach (var entry in await rig.Redis.StreamRangeAsync(Orders, $"({unknown.Id}"))
                await rig.Redis.StreamDeleteAsync(Orders, [entry.Id]);
            await rig.Redis.StreamDeleteAsync(Orders, [unknown.Id]);
            await rig.Redis.ExecuteAsync("XSETID", Orders, placed.Id);
            await rig.Redis.StreamAddAsync(Orders, placed.Values, unknown.Id);

            await rig.SettleAsync(orders);
        }
        finally
        {
            await rig.Redis.StreamDeleteAsync(Orders, [unknown.Id]);
        }
    }

    [Fact]
    public async Task an_event_that_no_version_declares_is_a_dead_letter_of_every_reader_after_its_time()
    {
        await rig.RunAsync(("u", All));
        var (id, entry) = await AddAsync("commerce.order_gift_wrapped.v1");
        await UntilAsync("it is pending", async () => await PendingAsync() is [1, 1]);
        rig.Further["UNKNOWN_SECONDS"] = "1";
        try
        {
            // Processes of other names take it over.
            await rig.RunAsync(("v", All));
            await UntilAsync("it is a dead letter of both readers", async () => await rig.DeadLettersAsync() == 2);
            foreach (var (schema, context) in new[] { ("payment", "billing"), ("content", "letters") })
            {
                Assert.Equal(1, await rig.CountAsync($"""
                    select count(*) from {schema}.wolverine_dead_letters
                    where id = '{id}' and message_type = '{context}.commerce.order_gift_wrapped.v1'
                    """, []));
                await rig.ExecuteAsync($"delete from {schema}.wolverine_dead_letters");
            }

            await UntilAsync("it is acknowledged", async () => await PendingAsync() is [0, 0]);
        }
        finally
        {
            rig.Further.Remove("UNKNOWN_SECONDS");
            await rig.Redis.StreamDeleteAsync(Orders, [entry]);
        }
    }

    private async Task<(Guid Id, RedisValue Entry)> AddAsync(string type)
    {
        var id = Guid.NewGuid();
        return (id, await rig.Redis.StreamAddAsync(Orders, [new("id", id.ToString()), new("type", type), new("body", "{}")]));
    }

    // The last entry of the stream with another type; it gets the next id.
    private async Task<StreamEntry> RetypeAsync(StreamEntry last, string type)
    {
        await rig.Redis.StreamDeleteAsync(Orders, [last.Id]);
        var id = await rig.Redis.StreamAddAsync(Orders, [.. last.Values.Select(x => x.Name == "type" ? new("type", type) : x)]);
        return (await rig.Redis.StreamRangeAsync(Orders, id, id))[0];
    }

    private async Task<int[]> PendingAsync() =>
        [.. (await rig.Redis.StreamGroupInfoAsync(Orders)).Select(x => x.PendingMessageCount)];
}
