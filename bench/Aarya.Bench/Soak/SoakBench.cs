using System.Diagnostics;
using System.Globalization;
using Aarya.Bench.EventStreams;

namespace Aarya.Bench.Soak;

/// <summary>
/// Lets people buy at a constant rate for an hour, and reads every minute what has grown: Redis, the tables whose rows the shop deletes
/// soon, the other tables, and the shop's process. What does not grow after the tenth minute cannot fill a server.
/// </summary>
internal static class SoakBench
{
    // The streams must be full before the tenth minute, so that their growth up to the cap is not taken for a leak.
    private const int StreamCap = 5_000;
    // Minutes of the warm-up, and of each of the two stretches that are compared.
    private const int Window = 10;

    // In percent: how much the most of the last ten minutes may exceed that of the minutes 10 to 19. Tables and heaps vary a little.
    private const double MostGrowth = 5;

    public static async Task<FigureReport> RunAsync(Shop shop, int minutes, int perSecond)
    {
        if (minutes < 3 * Window) throw new InvalidOperationException($"A soak takes at least {3 * Window} minutes, not {minutes}.");
        foreach (var stream in Features.Streams.All)
            shop.Set($"AARYA_STREAM_CAP_{stream.Name.ToUpperInvariant()}", $"{StreamCap}");
        await shop.ServeAsync(limits: true);
        await shop.StockUpAsync(1_000_000);
        await using var redis = BenchRedis.Of(shop);
        var buyers = new Buyers(shop, await Skus.AllInStockAsync(shop), pool: perSecond * 60 * Window);
        var (began, watch) = (DateTime.UtcNow, Stopwatch.StartNew());
        using var ended = new CancellationTokenSource(TimeSpan.FromMinutes(minutes));
        var buying = buyers.BuyAsync(perSecond, ended.Token);
        List<SoakReading> curve = [];
        var meter = new Meter(shop.ProcessId);
        Console.WriteLine(SoakReading.Header);
        for (var minute = 0; minute <= minutes; minute++)
        {
            var wait = TimeSpan.FromMinutes(minute) - watch.Elapsed;
            if (wait > TimeSpan.Zero) await Task.Delay(wait);
            curve.Add(await SoakReading.TakeAsync(shop, redis, meter, minute, buyers.Acknowledged));
            Console.WriteLine(curve[^1]);
        }

        await buying;
        var (acknowledged, failed) = (buyers.Acknowledged, buyers.Failed);
        await shop.QuietAsync();
        // Throws if an order that was acknowledged is not paid and confirmed.
        await shop.ConfirmedPerSecondAsync(began);
        var (early, late) = (curve.Where(x => x.Minute is >= Window and < Window * 2).ToList(), curve.TakeLast(Window).ToList());
        return new($"soak: {perSecond} purchases per second for {minutes} minutes",
            [
                new("purchases acknowledged, all of them confirmed", acknowledged, "", perSecond * 60.0 * minutes * 0.99, IsLeast: true),
                new("purchases that failed", failed, "", 1),
                .. Growth("Redis", x => x.Redis),
                .. Growth("tables whose rows go", x => x.Hot),
                .. Growth("the shop's process", x => x.Process),
                new("what a purchase leaves in PostgreSQL", (curve[^1].Kept - curve[Window].Kept) * 1024
                    / (curve[^1].Purchases - curve[Window].Purchases), "KB"),
            ],
            [
                $"the streams have caps of {StreamCap} entries; {buyers.Pool} guests buy in turn, so that each has a session of its own "
                + "after ten minutes",
                buyers.Failure is { } failure ? $"one of the failures: {failure}" : "no purchase failed",
                "the largest tables: " + await SoakReading.LargestAsync(shop),
            ]);

        IEnumerable<Figure> Growth(string what, Func<SoakReading, double> of)
        {
            var (before, after) = (early.Max(of), late.Max(of));
            return
            [
                new($"{what}: most in the minutes {Window} to {Window * 2 - 1}", before, "MB"),
                new($"{what}: most in the last {Window} minutes", after, "MB"),
                new($"{what} grew by", 100 * (after / before - 1), "%", MostGrowth),
            ];
        }
    }

    /// <summary>The minutes and purchases per second that the command names; an hour and 12 unless it does.</summary>
    /// <exception cref="InvalidOperationException">One of them is not a number.</exception>
    public static (int Minutes, int PerSecond) Parse(IReadOnlyList<string> args) => (Number(args, 1, 60), Number(args, 2, 12));

    private static int Number(IReadOnlyList<string> args, int at, int otherwise) => args.Count <= at ? otherwise
        : int.TryParse(args[at], NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0 ? number
        : throw new InvalidOperationException($"'{args[at]}' is not a number: write soak [minutes] [purchases per second].");
}
