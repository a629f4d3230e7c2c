using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Aarya.Bench.EventStreams;

/// <summary>
/// Measures how long an event takes from the commit of its sender to the commit of its reader. Customers choose a language
/// (PATCH /api/users/me): one transaction in core with one event in its outbox, which content handles in one transaction.
/// </summary>
internal static class EventDelay
{
    private const int Customers = 300;

    // A rate is reached when nearly all of it was committed in its time.
    private const double Nearly = 0.97;

    private static readonly int[] Rates = [100, 300, 600];

    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        var tokens = new string[Customers];
        await Parallel.ForAsync(0, Customers, new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (i, _) =>
            tokens[i] = await shop.CustomerAsync());
        await shop.QuietAsync();
        await shop.SqlAsync(await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "load", "watch-events.sql")));
        var runs = Rates.ToDictionary(x => x, _ => new List<Round>());
        try
        {
            for (var round = 0; round <= Turns.Rounds; round++)
            {
                foreach (var rate in Rates)
                {
                    var measured = await RoundAsync(shop, tokens, rate);
                    if (round > 0) runs[rate].Add(measured);
                }
            }
        }
        finally
        {
            await shop.SqlAsync("""
                drop trigger bench_sent on core.wolverine_outgoing_envelopes;
                drop trigger bench_handled on content.processed_event
                """);
        }

        return new("events: from the commit of the sender to the commit of the reader", [.. Rates.SelectMany(x => Of(x, runs[x]))],
            [
                $"medians of {Turns.Rounds} rounds of {Turns.Time.TotalSeconds:0} s; the machine also handles the requests that cause the "
                + "events",
                .. Rates.Where(x => Committed(runs[x]) < x * Nearly).Select(x => $"{x} events per second were not reached"),
            ]);
    }

    private static IEnumerable<Figure> Of(int rate, List<Round> rounds) =>
    [
        new($"at {rate} per second: committed", Committed(rounds), "/s", rate * Nearly, IsLeast: true),
        new($"at {rate} per second: handled", Quantile.Median(rounds.Select(x => x.HandledPerSecond)), "/s", rate * Nearly, IsLeast: true),
        new($"at {rate} per second: delay, p50", Quantile.Median(rounds.Select(x => x.P50Ms)), "ms"),
        new($"at {rate} per second: delay, p99", Quantile.Median(rounds.Select(x => x.P99Ms)), "ms"),
        new($"at {rate} per second: requests that failed", rounds.Sum(x => x.Failed), "", 1),
    ];

    private static double Committed(List<Round> rounds) => Quantile.Median(rounds.Select(x => x.CommittedPerSecond));

    private static async Task<Round> RoundAsync(Shop shop, string[] tokens, int rate)
    {
        await shop.SqlAsync("truncate public.bench_sent, public.bench_handled");
        var run = await Pacer.RunAsync(rate, Turns.Time, i => new(HttpMethod.Patch, new Uri(shop.Url, "/api/users/me"))
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", tokens[i % tokens.Length]) },
            Content = JsonContent.Create(new { language = i / tokens.Length % 2 == 0 ? "hi" : "en" }),
        });
        if (run.Failed == run.Sent) throw new InvalidOperationException($"Every request failed: {run.Failure}");
        await HandledAsync(shop, run.Sent - run.Failed);
        // The statements that delete the rows of the outbox must not slow the next round.
        await shop.QuietAsync();
        var figures = (double[])(await shop.SqlAsync("""
            select array[
              count(*) / extract(epoch from max(sent.at) - min(sent.at)), count(*) / extract(epoch from max(handled.at) - min(handled.at)),
              1000 * percentile_cont(0.5) within group (order by extract(epoch from handled.at - sent.at)),
              1000 * percentile_cont(0.99) within group (order by extract(epoch from handled.at - sent.at))]::float8[]
            from public.bench_sent as sent join public.bench_handled as handled using (event_id)
            """))!;
        return new(figures[0], figures[1], figures[2], figures[3], run.Failed);
    }

    private static Task HandledAsync(Shop shop, int events) =>
        Waiting.UntilAsync($"{events} events are handled", TimeSpan.FromMinutes(2), async () => (long)(await shop.SqlAsync(
            "select count(*) from public.bench_sent join public.bench_handled using (event_id)"))! >= events);

    private sealed record Round(double CommittedPerSecond, double HandledPerSecond, double P50Ms, double P99Ms, int Failed);
}
