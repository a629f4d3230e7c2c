using System.Net.Http.Headers;
using System.Text;

namespace Aarya.Bench.EventStreams;

/// <summary>
/// Measures how many events of visitors POST /api/analytics/events accepts in batches of 50, and what 20,000 of them per second do to
/// checkout. Ten checkouts per second belong to that rate: one visit in fifty buys, and a visit has some forty events.
/// </summary>
internal static class AnalyticsLoad
{
    private const int Connections = 16;
    private const int EventsPerBatch = 50;
    private const int AimPerSecond = 20_000;
    private const int CheckoutsPerSecond = 10;

    // Enough that none of them sends more per minute than counts as it is.
    private const int Visitors = 8_000;

    // A second has ten checkouts, and a p99 needs hundreds of them.
    private static readonly TimeSpan CheckoutTime = Turns.Time * 5;

    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        var visits = await Visits.OfAsync(shop);
        string[] bodies = [.. Enumerable.Range(0, Visitors).Select(_ => Visits.BodyOf(visits.Next(EventsPerBatch)))];
        await using var redis = BenchRedis.Of(shop);
        var accepted = await AcceptedAsync(shop, redis, bodies);
        var (alone, beside, lost) = await CheckoutsAsync(shop, redis, bodies);
        var (before, after) = (Quantile.Of(alone, 0.99), Quantile.Of(beside, 0.99));
        return new("analytics: POST /api/analytics/events in batches of 50",
            [
                .. accepted,
                new("checkout alone: p50", Quantile.Median(alone), "ms"),
                new("checkout beside 20,000 events per second: p50", Quantile.Median(beside), "ms"),
                new("checkout alone: p99", before, "ms"),
                new("checkout beside 20,000 events per second: p99", after, "ms"),
                new("the p99 of checkout rises by", 100 * (after / before - 1), "%", 25),
                new("events left out meanwhile", lost, "", 1),
            ],
            [
                $"{Turns.Rounds} rounds in turns; the percentiles of checkout are over all {alone.Count} and {beside.Count} checkouts, "
                + $"{CheckoutsPerSecond} per second",
            ]);
    }

    private static async Task<IEnumerable<Figure>> AcceptedAsync(Shop shop, BenchRedis redis, string[] bodies)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllLinesAsync(file, bodies.Select((x, i) => $"-\t-\t{Visits.AddressOf(i)}\t{x}"));
        List<Measured> runs = [];
        var sent = 0.0;
        var before = await redis.LostAsync();
        for (var round = 0; round <= Turns.Rounds; round++)
        {
            var run = await Turns.MeterAsync(shop.ProcessId, () => Wrk.PostAsync(
                new Uri(shop.Url, "/api/analytics/events"), Connections, Turns.Time, file, repeat: true));
            if (round > 0) runs.Add(run);
            sent += run.PerSecond * Turns.Time.TotalSeconds * EventsPerBatch;
            await redis.CountedAsync(shop);
        }

        File.Delete(file);
        var middle = Measured.Median(runs);
        return
        [
            new("events accepted", middle.PerSecond * EventsPerBatch, "/s", AimPerSecond, IsLeast: true),
            new("a batch: p50", middle.P50Ms, "ms"),
            new("a batch: p99", middle.P99Ms, "ms"),
            new("cores that the shop used", middle.Cores!.Value, ""),
            new("requests that failed", middle.Errors, "", 1),
            // The rate is far above the aim: more may come than the compactor counts.
            new("of them left out, because the stream was full", 100 * (await redis.LostAsync() - before) / sent, "%"),
        ];
    }

    private static async Task<(IReadOnlyList<double> Alone, IReadOnlyList<double> Beside, double Lost)> CheckoutsAsync(
        Shop shop, BenchRedis redis, string[] bodies)
    {
        var skus = await Skus.AllInStockAsync(shop);
        await shop.StockUpAsync(1_000_000);
        List<double> alone = [], beside = [];
        var before = await redis.LostAsync();
        for (var round = 0; round <= Turns.Rounds; round++)
        {
            foreach (var isAlone in new[] { true, false })
            {
                var count = (int)(CheckoutsPerSecond * CheckoutTime.TotalSeconds);
                var orders = await Checkout.PrepareAsync(shop, skus, count, orderNumber);
                orderNumber += count;
                await shop.QuietAsync();
                var load = isAlone ? Task.FromResult(new PacedRun(0, 0, [])) : Pacer.RunAsync(
                    AimPerSecond / EventsPerBatch, CheckoutTime, i => Batch(shop, bodies[i % Visitors], i % Visitors));
                var run = await Pacer.RunAsync(CheckoutsPerSecond, CheckoutTime, i => Order(shop, orders[i]));
                if ((run.Failure ?? (await load).Failure) is { } failure)
                    throw new InvalidOperationException($"A request of a round failed: {failure}");
                if (round > 0) (isAlone ? alone : beside).AddRange(run.DelaysMs);
                await shop.QuietAsync();
                await redis.CountedAsync(shop);
            }
        }

        return (alone, beside, await redis.LostAsync() - before);
    }

    // Order numbers are unique within a run; the path checkout has its own.
    private static int orderNumber = 5_000_000;

    private static HttpRequestMessage Batch(Shop shop, string body, int visitor) =>
        new(HttpMethod.Post, new Uri(shop.Url, "/api/analytics/events"))
        {
            Headers = { { "X-Forwarded-For", $"{Visits.AddressOf(visitor)}" } },
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };

    private static HttpRequestMessage Order(Shop shop, Checkout.PreparedOrder order) =>
        new(HttpMethod.Post, new Uri(shop.Url, "/api/checkout"))
        {
            Headers =
            {
                { "X-Forwarded-For", order.Address }, { "Idempotency-Key", order.Key },
                { "Authorization", $"{new AuthenticationHeaderValue("Bearer", order.Token)}" },
            },
            Content = new StringContent(order.Body, Encoding.UTF8, "application/json"),
        };
}
