using System.Diagnostics;
using System.Globalization;
using Aarya.Specs.Support.Hosts;
using StackExchange.Redis;
using static Aarya.Specs.Messaging.StreamsRig;

namespace Aarya.Specs.Messaging;

/// <summary>
/// An entry whose handler takes longer than the time after which entries are claimed (2 s in this program) stays with its process; one
/// whose process stands still, or whose handler hangs, does not.
/// </summary>
public sealed class SlowHandlersSpec(StreamsRig rig) : IClassFixture<StreamsRig>
{
    [Theory]
    [InlineData(1)]
    // More than the lanes take at once, so that some wait for longer than the time before they are handled.
    [InlineData(20)]
    public async Task no_other_process_handles_what_a_slow_one_holds(int count)
    {
        var (shop, payments) = await RunAsync();
        var orders = await PlaceAsync(shop, count, "payment:sleeps");

        HashSet<(RedisValue Entry, RedisValue Consumer)> holders = [];
        await UntilAsync("every order is charged", async () =>
        {
            var pending = await rig.Redis.StreamPendingMessagesAsync(Orders, "payment", 1000, RedisValue.Null);
            holders.UnionWith(pending.Select(x => (x.MessageId, x.ConsumerName)));
            return await rig.ChargedAsync(orders) == count;
        });

        Assert.Equal(count, holders.Count);
        Assert.Equal(count, holders.Select(x => x.Entry).Distinct().Count());
        await rig.SettleAsync(orders);
        Assert.Equal(count, Charging(payments).Count(orders.Contains));
    }

    [Fact]
    public async Task what_waits_for_a_full_lane_is_not_taken_by_another_process_either()
    {
        var (shop, _) = await RunAsync("lane-b", "lane-c");
        var first = await PlaceAsync(shop, 1);
        await rig.SettleAsync(first);
        var placed = (await rig.Redis.StreamRangeAsync(Orders, count: 1, messageOrder: Order.Descending))[0];
        var body = ((string)placed["body"]!).Replace("\"note\":\"\"", "\"note\":\"payment:slow\"", StringComparison.Ordinal);
        Assert.Contains("payment:slow", body, StringComparison.Ordinal);
        // One key, so that one lane of one process gets them all: more than it holds, for longer than the time to claim.
        var orders = Enumerable.Range(0, 25).Select(_ => Guid.CreateVersion7()).ToList();
        var adding = rig.Redis.CreateTransaction();
        foreach (var order in orders)
            _ = adding.StreamAddAsync(Orders,
                [
                    new("id", $"{Guid.NewGuid()}"), new("type", placed["type"]), new("at", placed["at"]), new("key", "one key"),
                    new("body", body.Replace($"{first[0]}", $"{order}", StringComparison.Ordinal)),
                ]);
        await adding.ExecuteAsync();

        HashSet<(RedisValue Entry, RedisValue Consumer)> holders = [];
        await UntilAsync("every order is charged", async () =>
        {
            var pending = await rig.Redis.StreamPendingMessagesAsync(Orders, "payment", 1000, RedisValue.Null);
            holders.UnionWith(pending.Select(x => (x.MessageId, x.ConsumerName)));
            return await rig.ChargedAsync(orders) == orders.Count;
        });

        Assert.Equal(holders.Select(x => x.Entry).Distinct().Count(), holders.Count);
        Assert.InRange(holders.Count, 20, orders.Count);
    }

    [Fact]
    public async Task a_handler_that_hangs_is_found_and_harms_no_other_event()
    {
        // As in production, PostgreSQL ends the transaction of a handler that hangs before it counts as one.
        await LimitIdleAsync("set idle_in_transaction_session_timeout = ''2s''");
        rig.Further["HANDLE_SECONDS"] = "4";
        var (shop, payments) = await RunAsync("hang-b", "hang-c");
        rig.Further.Clear();
        try
        {
            rig.ArmFate();
            var hangs = await PlaceAsync(shop, 1, "payment:hangs");
            await UntilAsync("the handler hangs", () => Task.FromResult(!rig.HasFate));

            // More than lanes, so that some of them wait behind the one that hangs.
            var others = await PlaceAsync(shop, 40);

            await rig.SettleAsync([.. hangs, .. others]);
            Assert.Contains(payments, x => x.Output.Contains("has not returned from the entry", StringComparison.Ordinal));
        }
        finally
        {
            await LimitIdleAsync("reset idle_in_transaction_session_timeout");
        }
    }

    [Fact]
    public async Task a_process_that_wakes_up_after_others_took_its_entries_leaves_them_alone()
    {
        // In this spec's own database; MigrateSpec has the limit that the program sets.
        await LimitIdleAsync("set idle_in_transaction_session_timeout = ''3s''");
        var (shop, payments) = await RunAsync("still-b", "still-c");
        var sleeper = payments[0];
        var placing = PlaceAsync(shop, 60, "payment:slow");
        await sleeper.HearAsync("charging");
        Signal(sleeper, "STOP");
        IReadOnlyList<Guid> orders;
        int before;
        try
        {
            orders = await placing;
            // The other one takes over what the sleeper holds, also what PostgreSQL has locked for it.
            await UntilAsync("every order is charged", async () => await rig.ChargedAsync(orders) == orders.Count);
            before = Charging([sleeper]).Count;
        }
        finally
        {
            Signal(sleeper, "CONT");
            await LimitIdleAsync("reset idle_in_transaction_session_timeout");
        }

        var further = await PlaceAsync(shop, 40);

        await rig.SettleAsync([.. orders, .. further]);

        // What it had begun before it stood still: one event per lane, and one on its way to the console.
        Assert.InRange(Charging([sleeper]).Skip(before).Count(orders.Contains), 0, 6);
    }

    private Task LimitIdleAsync(string change) => rig.ExecuteAsync($"""
        do $$ begin execute format('alter role aarya_payment in database %I {change}', current_database()); end $$
        """);

    private async Task<(RoleProcess Shop, RoleProcess[] Payments)> RunAsync(string one = "b", string other = "c")
    {
        var all = await rig.RunAsync(("a", Shop), (one, "payment"), (other, "payment"));
        return (all[0], all[1..]);
    }

    private static List<Guid> Charging(IEnumerable<RoleProcess> payments) =>
        [.. payments.SelectMany(x => x.Output.Split('\n')).Where(x => x.StartsWith("charging ", StringComparison.Ordinal))
            .Select(x => Guid.Parse(x["charging ".Length..]))];

    private static void Signal(RoleProcess process, string signal) =>
        Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)])!.WaitForExit();
}
