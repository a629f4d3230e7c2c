using StackExchange.Redis;
using static Aarya.Specs.Messaging.StreamsRig;

namespace Aarya.Specs.Messaging;

/// <summary>No event is lost and none takes effect twice when Redis, PostgreSQL or the publishing process fails.</summary>
public sealed class StreamFaultsSpec(StreamsRig rig) : IClassFixture<StreamsRig>
{
    [Fact]
    public async Task nothing_is_lost_when_redis_is_killed_under_traffic()
    {
        var (shop, _) = await rig.RunSplitAsync();
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
        var (shop, payment) = await rig.RunSplitAsync();
        await payment.StopAsync();
        var (onDisk, entries) = (rig.Server.LogLength, await rig.Redis.StreamLengthAsync(Orders));
        var orders = await PlaceAsync(shop, 10);
        await UntilAsync("Redis has taken the events", async () => await rig.Redis.StreamLengthAsync(Orders) == entries + 10);
        await rig.Server.CutPowerAsync(onDisk);
        await rig.Server.StartAgainAsync();

        await rig.RunSplitAsync();

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
        await UntilAsync("20 deletes were refused",
            async () => await rig.CountAsync("select last_value from commerce.refused", []) >= 20);
        await rig.ExecuteAsync("drop trigger refuse on commerce.wolverine_outgoing_envelopes");

        await rig.SettleAsync(orders);

        Assert.Equal(entries + 5, await rig.Redis.StreamLengthAsync(Orders));
    }

    [Fact]
    public async Task nothing_is_lost_when_postgres_drops_every_connection_under_traffic()
    {
        var (shop, _) = await rig.RunSplitAsync();
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
        var (shop, payment) = await rig.RunSplitAsync();
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
        var orders = await PlaceAsync(shop, 300);
        await leftPending;
        // An outage is not a failed delivery: five restarts during it must not make a dead letter.
        await UntilAsync("the delivery count of a waiting event is reset", async () =>
            (await rig.Redis.StreamPendingMessagesAsync(Orders, "payment", 100, RedisValue.Null)) is { Length: > 0 } waiting
            && waiting.Any(x => x.DeliveryCount == 0));
        // The reader stands still: it does not read on.
        Assert.InRange((await rig.Redis.StreamPendingAsync(Orders, "payment")).PendingMessageCount, 1, 200);
        await rig.ExecuteAsync("do $$ begin execute format('grant connect on database %I to public', current_database()); end $$");

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
}
