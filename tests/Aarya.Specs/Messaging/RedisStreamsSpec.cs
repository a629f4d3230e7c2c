using Aarya.Specs.Support.Hosts;
using StackExchange.Redis;
using static Aarya.Specs.Messaging.StreamsRig;

namespace Aarya.Specs.Messaging;

/// <summary>Events between contexts: none is lost and none takes effect twice, whichever process dies and whatever is sent again.</summary>
public sealed class RedisStreamsSpec(StreamsRig rig) : IClassFixture<StreamsRig>
{
    [Fact]
    public async Task every_context_handles_an_event_once_by_its_own_record_of_it()
    {
        var (shop, _) = await RunSplitAsync();
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
        var orders = await PlaceAsync((await RunSplitAsync()).Shop, 5);
        await rig.SettleAsync(orders);

        // As a publisher does that got no confirmation from Redis.
        foreach (var entry in await rig.Redis.StreamRangeAsync(Orders)) await rig.Redis.StreamAddAsync(Orders, entry.Values);

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task an_event_that_nobody_here_reads_or_whose_handler_finds_nothing_to_do_is_acknowledged()
    {
        var orders = await PlaceAsync((await RunSplitAsync()).Shop, 1, "content:declines");
        // Commerce reads it, but from another stream.
        await AddAsync("payment.payment_captured.v1");

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task an_event_that_no_context_of_this_version_declares_waits_for_a_newer_version_and_is_handled_once_there()
    {
        var (shop, payment) = await RunSplitAsync();
        await payment.StopAsync();
        await shop.StopAsync();
        var orders = await PlaceAsync((await rig.RunAsync(("p", "commerce")))[0], 1);
        await UntilAsync("the event is on the stream", async () =>
            await rig.CountAsync("select count(*) from commerce.wolverine_outgoing_envelopes", []) == 0);
        var placed = (await rig.Redis.StreamRangeAsync(Orders, count: 1, messageOrder: Order.Descending))[0];
        var unknown = await RetypeAsync(placed, "commerce.order_placed.v9");

        try
        {
            (shop, payment) = await RunSplitAsync();
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

    [Fact]
    public async Task a_reader_that_dies_between_commit_and_acknowledgement_does_nothing_twice_after_its_restart()
    {
        var (shop, payment) = await RunSplitAsync();
        rig.ArmFate();
        var orders = await PlaceAsync(shop, 10, "payment:dies-after-commit");
        await payment.EndAsync();

        await RunSplitAsync();

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task what_a_reader_held_that_died_before_its_commit_another_takes_over()
    {
        var (shop, payment) = await RunSplitAsync();
        rig.ArmFate();
        var orders = await PlaceAsync(shop, 10, "payment:dies-before-commit");
        await payment.EndAsync();

        await rig.RunAsync(("a", Shop), ("c", "payment"));

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task a_poisoned_event_waits_among_the_dead_letters_of_its_reader_and_is_handled_once_when_replayed()
    {
        var (shop, _) = await RunSplitAsync();
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
        var (shop, _) = await RunSplitAsync();
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
        var (shop, payment) = await RunSplitAsync();
        await payment.StopAsync();
        var entries = await rig.Redis.StreamLengthAsync(Orders);
        var orders = await PlaceAsync(shop, 1);
        await UntilAsync("the event is on the stream", async () => await rig.Redis.StreamLengthAsync(Orders) > entries);
        var entry = (await rig.Redis.StreamRangeAsync(Orders, count: 1, messageOrder: Order.Descending))[0];
        await rig.ExecuteAsync($"insert into payment.processed_event (grp, event_id) values ('payment', '{entry["id"]}')");

        await RunSplitAsync();
        await UntilAsync("the event is acknowledged", async () =>
            (await rig.Redis.StreamGroupInfoAsync(Orders)).Single(x => x.Name == "payment") is { PendingMessageCount: 0 } group
            && group.LastDeliveredId == (string?)entry.Id);

        Assert.Equal(0, await rig.CountAsync("select count(*) from payment.effect where order_id = any($1)", orders));
    }

    [Fact]
    public async Task an_event_that_was_delivered_five_times_without_an_answer_is_given_up()
    {
        var (shop, payment) = await RunSplitAsync();
        await payment.StopAsync();
        var entries = await rig.Redis.StreamLengthAsync(Orders);
        var orders = await PlaceAsync(shop, 1);
        await UntilAsync("the event is on the stream", async () => await rig.Redis.StreamLengthAsync(Orders) > entries);
        // As if every process that received it had crashed on it.
        var given = Assert.Single(await rig.Redis.StreamReadGroupAsync(Orders, "payment", "b", ">"));
        await rig.Redis.ExecuteAsync("XCLAIM", Orders, "payment", "b", 0, given.Id, "RETRYCOUNT", 5);

        await RunSplitAsync();
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
    public async Task nothing_is_lost_when_redis_is_killed_under_traffic()
    {
        var (shop, _) = await RunSplitAsync();
        var placing = PlaceAsync(shop, 200);
        await shop.HearAsync("told");
        await rig.Server.KillAsync();
        await Task.WhenAny(placing, Task.Delay(TimeSpan.FromSeconds(1)));
        await rig.Server.StartAgainAsync();

        await rig.SettleAsync(await placing);
    }

    [Fact]
    public async Task what_redis_forgets_in_a_power_cut_is_sent_again()
    {
        var (shop, payment) = await RunSplitAsync();
        await payment.StopAsync();
        var (onDisk, entries) = (rig.Server.LogLength, await rig.Redis.StreamLengthAsync(Orders));
        var orders = await PlaceAsync(shop, 10);
        await UntilAsync("Redis has taken the events", async () => await rig.Redis.StreamLengthAsync(Orders) == entries + 10);
        await rig.Server.CutPowerAsync(onDisk);
        await rig.Server.StartAgainAsync();

        await RunSplitAsync();

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task what_was_sent_and_waits_to_be_struck_from_the_outbox_is_not_sent_again_however_old_it_is()
    {
        // Three times the age at which the durability agent treats a row as stranded.
        rig.Further["CONFIRM_SECONDS"] = "15";
        var shop = (await rig.RunAsync(("slow", Shop), ("b", "payment")))[0];
        rig.Further.Clear();
        var entries = await rig.Redis.StreamLengthAsync(Orders);
        var orders = await PlaceAsync(shop, 20);

        await rig.SettleAsync(orders);

        Assert.Equal(entries + 20, await rig.Redis.StreamLengthAsync(Orders));
    }

    [Fact]
    public async Task a_row_of_the_outbox_that_could_not_be_deleted_is_deleted_later_and_its_event_is_sent_once()
    {
        var shop = (await rig.RunAsync(("a", Shop), ("b", "payment")))[0];
        var entries = await rig.Redis.StreamLengthAsync(Orders);
        // A sequence also counts in transactions that are rolled back.
        await rig.ExecuteAsync("""
            create sequence commerce.refused;
            create function commerce.refuse() returns trigger language plpgsql as $$ begin
              perform nextval('commerce.refused');
              raise exception 'not now' using errcode = 'cannot_connect_now';
            end $$;
            grant all on sequence commerce.refused to aarya_commerce;
            create trigger refuse before delete on commerce.wolverine_outgoing_envelopes
              for each statement execute function commerce.refuse();
            """);
        var orders = await PlaceAsync(shop, 5);
        // More often than the message runtime tries by itself.
        await StreamsRig.UntilAsync("20 deletes were refused",
            async () => await rig.CountAsync("select last_value from commerce.refused", []) >= 20);
        await rig.ExecuteAsync("drop trigger refuse on commerce.wolverine_outgoing_envelopes");

        await rig.SettleAsync(orders);

        Assert.Equal(entries + 5, await rig.Redis.StreamLengthAsync(Orders));
    }

    [Fact]
    public async Task nothing_is_lost_when_postgres_drops_every_connection_under_traffic()
    {
        var (shop, _) = await RunSplitAsync();
        var placing = PlaceAsync(shop, 200);
        for (var i = 0; i < 5; i++)
        {
            await shop.HearAsync("told");
            await rig.ExecuteAsync(
                "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename like 'aarya\\_%'");
        }

        await rig.SettleAsync(await placing);
    }

    [Fact]
    public async Task nothing_is_lost_while_the_database_of_a_reader_is_away()
    {
        var (shop, payment) = await RunSplitAsync();
        // Only in this spec's own database, because the login belongs to the whole server.
        await rig.ExecuteAsync("""
            do $$ begin
              execute format('grant connect on database %I to aarya_commerce, aarya_content', current_database());
              execute format('revoke connect on database %I from public', current_database());
            end $$
            """);
        await rig.ExecuteAsync(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'aarya_payment'");
        var leftPending = payment.HearAsync("left it to be delivered again");
        var orders = await PlaceAsync(shop, 20);
        await leftPending;
        // An outage is not a failed delivery: five restarts during it must not make a dead letter.
        await UntilAsync("the delivery count of a waiting event is reset", async () =>
            (await rig.Redis.StreamPendingMessagesAsync(Orders, "payment", 100, RedisValue.Null)) is { Length: > 0 } waiting
            && waiting.Any(x => x.DeliveryCount == 0));
        await rig.ExecuteAsync("do $$ begin execute format('grant connect on database %I to public', current_database()); end $$");

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task a_process_that_is_told_to_stop_finishes_what_it_has_begun_and_leaves_the_rest()
    {
        var (shop, payment) = await RunSplitAsync();
        var placing = PlaceAsync(shop, 100, "payment:slow");
        await shop.HearAsync("told");
        await payment.StopAsync();
        var orders = await placing;

        await RunSplitAsync();

        await rig.SettleAsync(orders);
    }

    [Theory]
    [InlineData(All, Shop)]
    [InlineData(Shop, All)]
    public async Task what_waits_in_the_outbox_of_a_process_that_died_is_sent_by_the_next_in_either_mode(string before, string after)
    {
        var shop = (await rig.RunAsync(before == All ? [("all", All)] : [("a", before), ("b", "payment")]))[0];
        await rig.Server.KillAsync();
        var orders = await PlaceAsync(shop, 20);
        Assert.Equal(20, await rig.CountAsync("select count(*) from commerce.wolverine_outgoing_envelopes", []));
        await shop.KillAsync();
        await rig.Server.StartAgainAsync();

        await rig.RunAsync(after == All ? [("all", All)] : [("a", after), ("b", "payment")]);

        await rig.SettleAsync(orders);
    }

    [Fact]
    public async Task what_the_only_process_left_when_it_died_is_taken_at_once_by_the_next()
    {
        rig.Further["AARYA_SOLO"] = "true";
        try
        {
            await LeaveAndFindAsync();
        }
        finally
        {
            rig.Further.Clear();
        }
    }

    private async Task LeaveAndFindAsync()
    {
        var only = (await rig.RunAsync(("only", All)))[0];
        await only.KillAsync();
        // One row per context, dated so that it does not become stale: only the start of the next process frees it.
        foreach (var context in All.Split(','))
            await rig.ExecuteAsync($"""
                insert into {context}.wolverine_incoming_envelopes
                  (id, status, owner_id, attempts, body, message_type, received_at, "timestamp")
                values (gen_random_uuid(), 'Incoming', 1, 0, '', 'left.behind', 'local://left-behind', now() + interval '1 day')
                """);

        await rig.RunAsync(("only", All));

        foreach (var context in All.Split(','))
        {
            const string left = "wolverine_incoming_envelopes where message_type = 'left.behind'";
            await UntilAsync($"{context} has freed it",
                async () => await rig.CountAsync($"select count(*) from {context}.{left} and owner_id = 1", []) == 0);
            await rig.ExecuteAsync($"delete from {context}.{left}");
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

    private async Task<(RoleProcess Shop, RoleProcess Payment)> RunSplitAsync() =>
        await rig.RunAsync(("a", Shop), ("b", "payment")) is [var shop, var payment] ? (shop, payment) : default;
}
