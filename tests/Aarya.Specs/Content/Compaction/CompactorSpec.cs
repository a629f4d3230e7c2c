using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Compaction;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Content.Compaction;

/// <summary>Streams are archived, counted and trimmed, and nothing is lost, counted twice or archived twice.</summary>
public sealed class CompactorSpec : IAsyncLifetime
{
    private const string Placed = "commerce.order_placed.v1";
    private const string Captured = "payment.payment_captured.v1";

    private static readonly DateTimeOffset Now = DateTimeOffset.UtcNow;

    private readonly CompactionRig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    [Fact]
    public async Task an_old_event_is_archived_with_all_its_fields_and_then_deleted()
    {
        var order = Guid.NewGuid();
        var id = await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), PlacedBody(order));

        var done = await rig.CompactAsync(Streams.Orders);

        Assert.Equal((1, 1, 0L), (done.Archived, done.Deleted, done.Length));
        var archived = Assert.Single(await rig.ArchivedAsync());
        Assert.Equal(($"{id}", Placed), ((string?)archived["id"], (string?)archived["type"]));
        Assert.Equal($"{order}", (string?)archived["body"]!["orderId"]);
        Assert.Equal("rasika@aarya.example", (string?)archived["body"]!["email"]!["personal"]);
    }

    [Fact]
    public async Task a_recent_event_is_archived_and_stays_in_the_stream()
    {
        var body = new { orderId = Guid.NewGuid(), amount = Money.Rupees(10), at = Now };
        await rig.AddAsync(Streams.Payments, Captured, Now.AddDays(-1), body);

        var done = await rig.CompactAsync(Streams.Payments);
        var again = await rig.CompactAsync(Streams.Payments);

        Assert.Equal((1, 0, 1L), (done.Archived, done.Deleted, done.Length));
        Assert.Equal((0, 0, 1L), (again.Archived, again.Deleted, again.Length));
    }

    [Fact]
    public async Task nothing_personal_can_be_read_in_the_tables()
    {
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), PlacedBody(Guid.NewGuid()));
        await rig.CompactAsync(Streams.Orders);

        foreach (var table in new[] { "event_archive", "order_snapshot", "stream_cursor" })
        {
            var rows = await rig.ListAsync<string>($"select to_jsonb(x)::text from content.{table} x");
            Assert.NotEmpty(rows);
            Assert.DoesNotContain(rows, x => x.Contains("rasika", StringComparison.OrdinalIgnoreCase));
        }
    }

    [Fact]
    public async Task an_event_that_a_sender_has_added_twice_is_archived_once()
    {
        var order = Guid.NewGuid();
        var body = new { orderId = order, amount = Money.Rupees(10), at = Now };
        var id = await rig.AddAsync(Streams.Payments, Captured, Now.AddDays(-2), body);
        await rig.AddAsync(Streams.Payments, Captured, Now.AddDays(-2), body, id);
        await rig.CompactAsync(Streams.Payments);
        await rig.AddAsync(Streams.Payments, Captured, Now.AddDays(-1), body, id);
        var other = await rig.AddAsync(Streams.Payments, Captured, Now.AddDays(-1), body);
        await rig.CompactAsync(Streams.Payments);

        Assert.Equal([$"{id}", $"{other}"], (await rig.ArchivedAsync()).Select(x => (string)x["id"]!));
        Assert.Equal(2_000, (await SnapshotAsync(order, Streams.Payments)).CapturedMinor);
    }

    [Fact]
    public async Task a_batch_is_of_one_month_and_in_that_months_partition()
    {
        DateTimeOffset may = new(2026, 5, 31, 23, 59, 0, TimeSpan.Zero), june = may.AddMinutes(2);
        await rig.AddAsync(Streams.Orders, Placed, may, PlacedBody(Guid.NewGuid()));
        await rig.AddAsync(Streams.Orders, Placed, june, PlacedBody(Guid.NewGuid()));

        Assert.Equal(2, (await rig.CompactAsync(Streams.Orders)).Archived);

        Assert.Equal(["content.event_archive_2026_05", "content.event_archive_2026_06"],
            await rig.ListAsync<string>("select tableoid::regclass::text from content.event_archive order by 1"));
    }

    [Fact]
    public async Task an_entry_that_is_no_event_is_archived_and_stops_nothing()
    {
        await rig.AddAsync(Streams.Orders, "", Now.AddDays(-8), "not { json");
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), """{"orderId": 7, "lines": "none"}""");
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), $$"""{"orderId": "{{Guid.NewGuid()}}", "placedAt": "yesterday"}""");
        string[] odd =
        [
            """{"orderId": "x", "orderId": "y"}""", """{"orderId": "\ud800"}""", "[]", "7", "null", """{"a": "sealed:none:x"}""",
            $$"""{"orderId": "{{Guid.NewGuid()}}", "number": "a\u0000b", "total": {"amount": 1, "currency": "INR"}, "lines": []}""",
        ];
        foreach (var body in odd) await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), body);
        await rig.AddAsync(Streams.Analytics, "commerce.cart_changed.v1", Now.AddHours(-2), """{"lines": 7}""");
        await rig.AddAsync(Streams.Analytics, "someone.elses.v9", Now.AddHours(-2), "x");

        Assert.Equal((10, 10), await DoneAsync(Streams.Orders));
        Assert.Equal((0, 2), await DoneAsync(Streams.Analytics));
        Assert.Equal(10, (await rig.ArchivedAsync()).Count);

        async Task<(int, int)> DoneAsync(string stream) => await rig.CompactAsync(stream) is var x ? (x.Archived, x.Deleted) : default;
    }

    [Fact]
    public async Task the_snapshot_of_an_order_says_what_became_of_it_in_whatever_order_the_events_come()
    {
        var (order, at) = (Guid.NewGuid(), Now.AddDays(-8));
        await rig.AddAsync(Streams.Payments, "payment.payment_refunded.v1", at, new { orderId = order, amount = Money.Rupees(300), at });
        await rig.CompactAsync(Streams.Payments);
        await rig.AddAsync(Streams.Orders, "commerce.order_cancelled.v1", at, new { orderId = order, reason = "customer_request", at });
        await rig.CompactAsync(Streams.Orders);
        await rig.AddAsync(Streams.Orders, Placed, at, PlacedBody(order));
        await rig.CompactAsync(Streams.Orders);
        await rig.AddAsync(Streams.Payments, Captured, at, new { orderId = order, amount = Money.Rupees(1_299), at });
        await rig.CompactAsync(Streams.Payments);

        var (snapshot, paid) = (await SnapshotAsync(order, Streams.Orders), await SnapshotAsync(order, Streams.Payments));
        Assert.Equal((Money.Rupees(1_299), 129_900, 30_000), (snapshot.Total!.Value, paid.CapturedMinor, paid.RefundedMinor));
        Assert.Equal((at, "customer_request"), (snapshot.CancelledAt, snapshot.CancelledFor));
        Assert.Equal(("KURTA-M", 1), (snapshot.Lines.Single().Sku, snapshot.Lines.Single().Quantity));
    }

    [Fact]
    public async Task what_was_put_into_carts_is_counted_by_day_of_india_and_sku()
    {
        // 01:00 in India is 19:30 UTC of the day before.
        DateTimeOffset at = new(Now.Year, Now.Month, 1, 19, 30, 0, TimeSpan.Zero);
        await CartAsync("add", at, ("KURTA-M", 0, 2), ("BELT-32", 1, 2));
        await CartAsync("set", at, ("KURTA-M", 2, 1));
        await CartAsync("add", at, ("KURTA-M", 1, 3));
        await CartAsync("merge", at, ("KURTA-M", 0, 5));
        await CartAsync("clear", at, ("KURTA-M", 3, 0));

        var done = await rig.CompactAsync(Streams.Analytics);

        Assert.Equal(5, done.Counted);
        var day = at.AddDays(1).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        Assert.Equal([$"{day} add_to_cart  3", $"{day} add_to_cart BELT-32 1", $"{day} add_to_cart KURTA-M 2"],
            await rig.ListAsync<string>("select concat_ws(' ', day, kind, subject, count) from content.analytics_day "
                + "where kind not like '%.month' order by 1"));
    }

    [Fact]
    public async Task what_visitors_did_adds_up_by_day_source_and_device()
    {
        var day = IndianDay.Of(Now);
        await VisitAsync(new("newsletter", "phone", [new(day, "page_view", "/sale", 3), new(day.AddDays(-2), "search", "red saree", 1)]));
        await VisitAsync(new("newsletter", "phone", [new(day, "page_view", "/sale", 4)]));
        await VisitAsync(new("", "", [new(day, "page_view", "/sale", 8)]));

        await rig.CompactAsync(Streams.Analytics);

        Assert.Equal(
            [
                $"{day.AddDays(-2):yyyy-MM-dd}|search||newsletter|phone|1", $"{day.AddDays(-2):yyyy-MM-dd}|search|red saree|||1",
                $"{day:yyyy-MM-dd}|page_view||||8", $"{day:yyyy-MM-dd}|page_view||newsletter|phone|7",
                $"{day:yyyy-MM-dd}|page_view|/sale|||15",
            ],
            await rig.ListAsync<string>("select concat_ws('|', day, kind, subject, source, device, count) from content.analytics_day "
                + "where kind not like '%.month' order by day, subject, source"));
    }

    [Fact]
    public async Task what_a_full_stream_has_lost_is_counted_once_also_after_redis_was_new()
    {
        foreach (var (lost, counted) in new[] { (0, 0), (7, 7), (7, 7), (10, 10), (2, 12) })
        {
            await rig.Redis.Database.StringSetAsync(StreamHistory.LostKey(RedisKeys.OfOneBucket.Stream(Streams.Analytics)), lost);
            await rig.CompactAsync(Streams.Analytics);
            Assert.Equal(counted,
                await rig.AskAsync<double>("select coalesce(sum(count), 0) from content.analytics_day where kind = 'lost'"));
        }
    }

    [Fact]
    public async Task a_kind_with_very_many_subjects_on_a_day_gets_no_further_rows()
    {
        var day = IndianDay.Of(Now);
        await rig.ListAsync<int>(
            $"""
            insert into content.analytics_day (day, kind, subject, source, device, count)
            select '{day:yyyy-MM-dd}', 'page_view', '/known/' || i, '', '', 1 from generate_series(1, {CountRows.MostRows}) as i
            """);
        await VisitAsync(new("", "", [new(day, "page_view", "/known/7", 5), new(day, "page_view", "/new/1", 2),
            new(day, "page_view", "/new/2", 2), new(day, "search", "saree", 1)]));

        await rig.CompactAsync(Streams.Analytics);

        Assert.Equal(["page_view  9", "page_view (others) 4", "page_view /known/7 6", "search  1", "search saree 1"],
            await rig.ListAsync<string>(
                "select concat_ws(' ', kind, subject, count) from content.analytics_day "
                + "where (count <> 1 or kind = 'search') and kind not like '%.month' order by 1"));
        Assert.Equal(CountRows.MostRows + 4,
            await rig.AskAsync<long>("select count(*) from content.analytics_day where kind not like '%.month'"));
    }

    [Fact]
    public async Task counted_entries_go_at_once_when_the_stream_uses_much_memory()
    {
        var counts = new VisitorCountsNotice("", "", [new(IndianDay.Of(Now), "page_view", $"/{new string('a', 2_000)}", 1)]);
        for (var i = 0; i < 1_000; i++) await VisitAsync(counts);
        var policy = new StreamPolicy(Streams.Analytics, 1_000_000, Hours: 1, Megabytes: 1);

        var history = rig.History;
        Assert.Equal((0, "compactor"), await history.TrimAsync(policy, "0-0") is var x ? (x.Deleted, x.HeldBy) : default);
        var done = await rig.CompactAsync(Streams.Analytics, policy: policy);

        Assert.Equal(1_000, done.Counted);
        Assert.InRange((long)await rig.Redis.Database.ExecuteAsync("MEMORY", "USAGE", "stream:{0}:analytics", "SAMPLES", "0"), 1, 700_000);
        Assert.InRange(done.Length, 1, 999);
    }

    [Fact]
    public async Task few_young_events_wait_for_a_larger_batch()
    {
        // An event of half a minute ago has waited long enough.
        await rig.AddAsync(Streams.Payments, Captured, DateTimeOffset.UtcNow.AddSeconds(-30), new { });
        Assert.Equal(1, (await rig.CompactAsync(Streams.Payments, waits: true)).Archived);

        await rig.AddAsync(Streams.Orders, Placed, DateTimeOffset.UtcNow, PlacedBody(Guid.NewGuid()));
        Assert.Equal(0, (await rig.CompactAsync(Streams.Orders, waits: true)).Archived);

        for (var i = 0; i < 200; i++) await rig.AddAsync(Streams.Orders, Placed, DateTimeOffset.UtcNow, PlacedBody(Guid.NewGuid()));
        Assert.Equal(201, (await rig.CompactAsync(Streams.Orders, waits: true)).Archived);
    }

    [Fact]
    public async Task an_event_that_is_archived_after_the_erasure_has_no_person()
    {
        var (erased, other) = (Guid.NewGuid(), Guid.NewGuid());
        await rig.ListAsync<int>($"insert into content.erased_order (order_id) values ('{erased}')");
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-1), PlacedBody(erased));
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-1), PlacedBody(other));

        await rig.CompactAsync(Streams.Orders);

        var archived = await rig.ArchivedAsync();
        Assert.Equal([null, "rasika@aarya.example"], archived.Select(x => (string?)x["body"]!["email"]!["personal"]));
        Assert.Equal([$"{erased}", $"{other}"], archived.Select(x => (string?)x["body"]!["orderId"]));
    }

    [Fact]
    public async Task an_entry_with_an_impossible_id_stops_nothing()
    {
        await rig.AddAsync(Streams.Payments, Captured, Now.AddDays(-1), new { });
        await rig.Redis.Database.StreamAddAsync("stream:{0}:payment_events", "type", "x", "18446744073709551000-0");

        Assert.Equal(2, (await rig.CompactAsync(Streams.Payments)).Archived);
    }

    [Fact]
    public async Task a_batch_that_was_prepared_before_an_erasure_is_prepared_again()
    {
        // The compactor waits for the cursor's row, which an erasure has changed, and then finds that its batch is out of date.
        var order = Guid.NewGuid();
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-2), PlacedBody(Guid.NewGuid()));
        await rig.CompactAsync(Streams.Orders);
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-1), PlacedBody(order));
        Task<StreamCompacted> compacting;
        await using (var erasure = await rig.BeginAsync(
            $"update content.stream_cursor set erasures = erasures + 1; insert into content.erased_order (order_id) values ('{order}')"))
        {
            compacting = rig.CompactAsync(Streams.Orders);
            await Eventually.HoldsAsync("the compactor waits", async () =>
                await rig.AskAsync<long>(
                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like 'with moved%'") == 1);
            await erasure.CommitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Equal(0, (await compacting).Archived);
        Assert.Equal(1, (await rig.CompactAsync(Streams.Orders)).Archived);
        Assert.Null((string?)(await rig.ArchivedAsync())[^1]["body"]!["email"]!["personal"]);
    }

    [Fact]
    public async Task parallel_compactors_lose_nothing_and_do_nothing_twice()
    {
        const int Events = 4_000;
        var compactors = Enumerable.Range(0, 4).Select(_ => rig.NewCompactor()).ToList();
        HashSet<Guid> sent = [];
        var adding = Task.Run(async () =>
        {
            for (var i = 0; i < Events; i++)
            {
                var body = new { orderId = Guid.NewGuid(), amount = Money.Rupees(1), at = Now };
                sent.Add(await rig.AddAsync(Streams.Payments, Captured, Now.AddDays(-40).AddMilliseconds(i), body));
                // An order in both streams, which are archived at the same time.
                await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-40).AddMilliseconds(i), PlacedBody(body.orderId));
                if (i % 10 == 0) await CartAsync("add", Now.AddDays(-40), ("KURTA-M", 0, 1));
            }
        }, TestContext.Current.CancellationToken);

        await Task.WhenAll(compactors.Select(async compactor =>
        {
            while (!adding.IsCompleted)
            {
                await rig.CompactAsync(Streams.Payments, compactor);
                await rig.CompactAsync(Streams.Orders, compactor);
                await rig.CompactAsync(Streams.Analytics, compactor);
            }
        }));
        await adding;
        await rig.CompactAsync(Streams.Payments);
        await rig.CompactAsync(Streams.Orders);
        await rig.CompactAsync(Streams.Analytics);

        var archived = (await rig.ArchivedAsync()).ConvertAll(x => Guid.Parse((string)x["id"]!));
        Assert.Equal(2 * Events, archived.Count);
        Assert.Equal(2 * Events, archived.Distinct().Count());
        Assert.Superset(sent, archived.ToHashSet());
        Assert.Equal(Events / 10, await rig.AskAsync<double>(
            "select sum(count) from content.analytics_day where kind = 'add_to_cart' and subject = 'KURTA-M'"));
        Assert.Equal((Events, Events), (
            await SnapshotsAsync("data ->> 'capturedMinor' = '100'"), await SnapshotsAsync("data ->> 'number' = 'AC-1'")));
        Assert.Equal((0L, 0L), (await rig.LengthAsync(Streams.Payments), await rig.LengthAsync(Streams.Analytics)));
    }

    [Fact]
    public async Task the_command_compacts_once_and_reports()
    {
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), PlacedBody(Guid.NewGuid()));
        await CartAsync("add", Now.AddHours(-3), ("KURTA-M", 0, 1));
        await rig.ReadByAllAsync(Streams.Orders);

        var all = await ChildProgram.AaryaAsync(["compact", "--once"], rig.Settings);
        var unknown = await ChildProgram.AaryaAsync(["compact", "--once", "--stream", "letters"], rig.Settings);

        Assert.True(all.ExitCode == 0, $"{all.Output} {all.Error}");
        Assert.Matches(@"(?m)^order_events +1 +0 +1 +0\b", all.Output);
        Assert.Matches(@"(?m)^analytics +0 +1 +1 +0\b", all.Output);
        Assert.Equal(1, unknown.ExitCode);
        Assert.Contains("there is no stream letters: the streams are user_events", unknown.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task days_that_an_earlier_release_has_counted_are_in_the_sums_of_their_months()
    {
        // The earlier release has no sums of months by source and device, and this one has added an order of April 30 to them already.
        await rig.ListAsync<string>("""
            insert into content.analytics_day (day, kind, subject, source, device, count) values
              ('2019-04-01', 'purchase', '', '', '', 2), ('2019-04-30', 'purchase', '', '', '', 3),
              ('2019-04-30', 'purchase', '', 'newsletter', 'phone', 4), ('2019-05-31', 'purchase', '', '', '', 5),
              ('2019-04-01', 'purchased_item', 'KURTA-M', '', '', 6), ('2019-04-01', 'purchase.month', '', '', '', 3)
            returning kind
            """);
        for (var i = 0; i < 2; i++)
        {
            await rig.NewCompactor().PrepareAsync(TestContext.Current.CancellationToken);
            Assert.Equal(
                ["2019-04-01||5", "2019-04-01|newsletter|4", "2019-05-01||5"],
                await rig.ListAsync<string>("""
                    select concat_ws('|', day, source, count) from content.analytics_day where kind = 'purchase.month' order by day, source
                    """));
        }

        Assert.Equal(0, await rig.AskAsync<long>("select count(*) from content.analytics_day where kind like '%.month.month'"));
    }

    [Fact]
    public async Task what_an_earlier_release_counts_between_two_turns_comes_into_the_sums()
    {
        var day = IndianDay.Of(Now);
        await rig.NewCompactor().PrepareAsync(TestContext.Current.CancellationToken);
        await rig.ListAsync<string>($"""
            insert into content.analytics_day (day, kind, subject, source, device, count) values
              ('{day.AddDays(-7):yyyy-MM-dd}', 'revenue', '', 'newsletter', 'phone', 100),
              ('{day.AddDays(-7):yyyy-MM-dd}', 'revenue', '', '', '', 200) returning kind
            """);

        await rig.NewCompactor().PrepareAsync(TestContext.Current.CancellationToken);

        Assert.Equal(300, await rig.AskAsync<double>("select sum(count) from content.analytics_day where kind = 'revenue.month'"));
        Assert.Equal(300, await rig.AskAsync<double>("select count from content.analytics_day where kind = 'revenue.day'"));
    }

    private Task<long> SnapshotsAsync(string condition) =>
        rig.AskAsync<long>($"select count(*) from content.order_snapshot where {condition}");

    private Task<Guid> VisitAsync(VisitorCountsNotice counts) =>
        rig.AddAsync(Streams.Analytics, VisitorCountsNotice.Type, DateTimeOffset.UtcNow, counts);

    private Task<Guid> CartAsync(string change, DateTimeOffset at, params (string Sku, int Was, int Quantity)[] lines) =>
        rig.AddAsync(Streams.Analytics, "commerce.cart_changed.v1", at, new
        {
            subject = Guid.NewGuid(),
            change,
            lines = lines.Select(x => new { sku = x.Sku, was = x.Was, quantity = x.Quantity }),
            at,
        });

    private object PlacedBody(Guid order) => new
    {
        orderId = order,
        number = "AC-1",
        subject = Guid.NewGuid(),
        email = rig.Sealer.Seal("rasika@aarya.example"),
        total = Money.Rupees(1_299),
        placedAt = Now,
        lines = new[] { new { sku = "KURTA-M", name = "Khadi Everyday Kurta", quantity = 1, unitPrice = Money.Rupees(1_299) } },
    };

    private async Task<OrderSnapshot> SnapshotAsync(Guid order, string stream) => JsonSerializer.Deserialize<OrderSnapshot>(
        (await rig.AskAsync<string>(
            $"select data::text from content.order_snapshot where order_id = '{order}' and stream = '{stream}'"))!, StreamJson.Options)!;

    public ValueTask DisposeAsync() => rig.DisposeAsync();
}
