using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Specs.Content.Compaction;

namespace Aarya.Specs.Content.Analytics;

/// <summary>The money of the reports is that of the orders, to the paisa, in whatever order their events arrive.</summary>
public sealed class SalesReconcileSpec : IAsyncLifetime
{
    private readonly CompactionRig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task the_reports_agree_with_the_orders_to_the_paisa(int seed)
    {
        var random = new Random(seed);
        var now = DateTimeOffset.UtcNow;
        List<(DateOnly Day, long Revenue, long Refunded, int Orders, int Items)> ledger = [];
        List<(DateOnly Day, string Sku, int Quantity)> pieces = [];
        Dictionary<string, (long Revenue, long Refunded, int Orders)> origins = [];
        List<(string Type, object Body, Guid Id)> events = [];
        for (var i = 0; i < 300; i++)
        {
            var orderId = Guid.NewGuid();
            var lines = Enumerable.Range(0, random.Next(1, 5)).Select(_ => new
            {
                sku = $"SKU-{random.Next(20)}",
                name = "Kurta",
                quantity = random.Next(1, 4),
                unitPrice = new Money(random.NextInt64(1, 10_000_000), Money.Inr),
            }).ToList();
            var total = new Money(lines.Sum(x => x.unitPrice.Minor * x.quantity) + random.Next(10_000), Money.Inr);
            var at = now - (TimeSpan.FromDays(100) * random.NextDouble());
            Add("commerce.order_placed.v1", new { orderId, number = $"AC-{i}", total, lines, placedAt = at });
            var fate = random.Next(4);
            if (fate == 0)
            {
                Add("commerce.order_cancelled.v1", new { orderId, reason = "payment_expired", at });
                continue;
            }

            // Events of an earlier release have neither.
            var (source, device) = (new[] { null, "newsletter", "partner" }[random.Next(3)], new[] { null, "phone" }[random.Next(2)]);
            Add("commerce.order_confirmed.v1", new { orderId, total, lines, at, source, device });
            Of(source, total.Minor, 0, 1);
            ledger.Add((IndianDay.Of(at), total.Minor, 0, 1, lines.Sum(x => x.quantity)));
            pieces.AddRange(lines.Select(x => (IndianDay.Of(at), x.sku, x.quantity)));
            var left = total.Minor;
            for (var refund = 0; refund < fate - 1 && left > 0; refund++)
            {
                var amount = random.NextInt64(1, left + 1);
                var later = at + (TimeSpan.FromDays(3) * random.NextDouble());
                var body = new { orderId, amount = new Money(amount, Money.Inr), whole = amount == left, at = later, source, device };
                Of(source, 0, amount, 0);
                Add("commerce.order_refunded.v1", body);
                ledger.Add((IndianDay.Of(later), 0, amount, 0, 0));
                left -= amount;
            }
        }

        // In any order, and some of them twice, as a sender adds them that got no confirmation.
        var sent = events.Concat(events.Where(_ => random.Next(5) == 0)).OrderBy(_ => random.Next()).ToList();
        foreach (var (type, sentBody, id) in sent)
        {
            await rig.AddAsync(Streams.Orders, type, now.AddDays(-1), sentBody, id);
            if (random.Next(50) == 0) await rig.CompactAsync(Streams.Orders);
        }

        await rig.CompactAsync(Streams.Orders);

        var range = new DayRange(IndianDay.Of(now).AddDays(-110), IndianDay.Of(now).AddDays(5));
        string[] kinds = [CountKinds.Revenue, CountKinds.Refunded, CountKinds.Purchase, CountKinds.PurchasedItem];
        var counts = await rig.Counts.PerDayAsync(range, kinds, TestContext.Current.CancellationToken);
        for (var day = range.From; day <= range.To; day = day.AddDays(1))
        {
            var own = ledger.Where(x => x.Day == day).ToList();
            Assert.Equal(
                (own.Sum(x => x.Revenue), own.Sum(x => x.Refunded), own.Sum(x => x.Orders), own.Sum(x => x.Items)),
                (On(CountKinds.Revenue), On(CountKinds.Refunded), (int)On(CountKinds.Purchase), (int)On(CountKinds.PurchasedItem)));

            long On(string kind) => (long)counts.GetValueOrDefault((day, kind));
        }

        var bySource = await rig.Counts.PerValueAsync(range, VisitDivision.Source, kinds, TestContext.Current.CancellationToken);
        Assert.Equal(origins, bySource.Keys.Select(x => x.Value).Distinct().ToDictionary(x => x, x => (
            (long)bySource[(x, CountKinds.Revenue)], (long)bySource.GetValueOrDefault((x, CountKinds.Refunded)),
            (int)bySource[(x, CountKinds.Purchase)])));

        // Ranges with whole months, parts of months and neither.
        for (var i = 0; i < 40; i++)
        {
            var from = range.From.AddDays(random.Next(110));
            var part = new DayRange(random.Next(4) == 0 ? CountKinds.MonthOf(from) : from, from.AddDays(random.Next(90)));
            var sold = pieces.Where(x => x.Day >= part.From && x.Day <= part.To).GroupBy(x => x.Sku)
                .Select(x => (Sku: x.Key, Count: (double)x.Sum(y => y.Quantity)))
                .OrderByDescending(x => x.Count).ThenBy(x => x.Sku, StringComparer.Ordinal);
            Assert.Equal(sold,
                await rig.Counts.TopAsync(part, CountKinds.PurchasedItem, 0, 100, TestContext.Current.CancellationToken));
        }

        void Of(string? source, long revenue, long refunded, int orders)
        {
            var sum = origins.GetValueOrDefault(source ?? "");
            origins[source ?? ""] = (sum.Revenue + revenue, sum.Refunded + refunded, sum.Orders + orders);
        }

        void Add(string type, object body) => events.Add((type, body, Guid.NewGuid()));
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();
}
