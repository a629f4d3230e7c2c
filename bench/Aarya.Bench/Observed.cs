using System.Globalization;
using System.Net;

namespace Aarya.Bench;

/// <summary>
/// Measures what it costs to watch the shop: metrics that are read every five seconds, the operators' page, one trace of a hundred sent to
/// a collector, and one request of a hundred in the log, against none of them. The program starts again for each, in turns.
/// </summary>
internal static class Observed
{
    private const int Connections = 16;
    private const int OrdersPerSecond = 300;

    // Enough for all rounds that no cart line comes near its limit.
    private const int Guests = 40_000;

    // In its first ten seconds a process compiles its hot methods again, which takes longer the more there is to compile.
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WarmUpOfCheckout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BetweenReadings = TimeSpan.FromSeconds(5);
    private static readonly string[] Paths = ["product read", "add to cart", "checkout"];

    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        await shop.ServeAsync(limits: false);
        var skus = await Skus.AllInStockAsync(shop);
        await shop.StockUpAsync(1_000_000);
        var product = $"/api/products/{(string)(await shop.GetAsync("/api/products?limit=1"))["items"]![0]!["slug"]!}";
        var carts = await AddToCart.RequestsAsync(await shop.GuestsAsync(Guests), skus.Take(5));
        List<Run> off = [], on = [];
        for (var round = 0; round < Turns.Rounds; round++)
        {
            // Each comes first in every other round.
            foreach (var isOn in round % 2 == 0 ? new[] { false, true } : [true, false])
                (isOn ? on : off).Add(await RunAsync(shop, isOn, product, carts, skus, orders: (round * 2) + (isOn ? 1 : 0)));
        }

        List<Figure> figures = [];
        for (var i = 0; i < Paths.Length; i++)
        {
            var path = i;
            var (without, with) = (Median(off, x => x.Loads[path].PerSecond), Median(on, x => x.Loads[path].PerSecond));
            var (fast, slow) = (Median(off, x => x.Loads[path].P99 / 1000.0), Median(on, x => x.Loads[path].P99 / 1000.0));
            figures.Add(new($"{Paths[i]}: per second without", without, ""));
            figures.Add(new($"{Paths[i]}: per second with", with, ""));
            figures.Add(new($"{Paths[i]}: throughput lost", 100 * (1 - with / without), "%", 5));
            figures.Add(new($"{Paths[i]}: p99 without", fast, "ms"));
            figures.Add(new($"{Paths[i]}: p99 with", slow, "ms"));
            figures.Add(new($"{Paths[i]}: p99 risen by", 100 * (slow / fast - 1), "%", 5));
        }

        var (less, more) = (Median(off, x => x.Megabytes), Median(on, x => x.Megabytes));
        figures.AddRange([new("memory without", less, "MB"), new("memory with", more, "MB"), new("memory taken", more - less, "MB", 15)]);
        return new("the cost of metrics, traces and logs", figures,
            [$"medians of {Turns.Rounds} rounds in turns, all roles in one process"]);
    }

    private static double Median(IEnumerable<Run> runs, Func<Run, double> value) => Quantile.Median(runs.Select(value));

    private static async Task<Run> RunAsync(Shop shop, bool isOn, string product, string carts, string[] skus, int orders)
    {
        await shop.StopAsync();
        using var collector = Collector.Start();
        var metrics = new Uri($"http://127.0.0.1:{Shop.FreePort().ToString(CultureInfo.InvariantCulture)}/metrics");
        foreach (var (name, value) in new[]
        {
            ("AARYA_METRICS_URL", metrics.GetLeftPart(UriPartial.Authority)), ("OTEL_EXPORTER_OTLP_ENDPOINT", collector.Url),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_TRACES_SAMPLER", "parentbased_traceidratio"),
            ("OTEL_TRACES_SAMPLER_ARG", "0.01"), ("Logging__LogLevel__Aarya.Infrastructure.Logging", "Information"),
        }) shop.Set(name, isOn ? value : "");
        shop.Set("AARYA_LOG_REQUESTS", isOn ? "100" : "0");
        await shop.ServeAsync(limits: false);
        using var ended = new CancellationTokenSource();
        var reading = isOn ? ReadAsync(metrics, ended.Token) : Task.CompletedTask;
        List<Load> loads = [];
        foreach (var load in new Func<TimeSpan, Task<Load>>[]
        {
            time => Wrk.GetAsync(new Uri(shop.Url, product), Connections, time),
            time => Wrk.PostAsync(new Uri(shop.Url, "/api/cart/items"), Connections, time, carts, repeat: true),
        })
        {
            await load(WarmUp);
            loads.Add(await load(Turns.Time));
        }

        loads.Add(await CheckoutAsync(shop, skus, orders));
        var megabytes = new Meter(shop.ProcessId).Look().Megabytes;
        await ended.CancelAsync();
        await reading;
        if (loads.Any(x => x.Errors > 0)) throw new InvalidOperationException("A request failed, so the run does not count.");
        return new(loads, megabytes);
    }

    // The warm-up and the run have their own orders.
    private static async Task<Load> CheckoutAsync(Shop shop, string[] skus, int turn)
    {
        Load? last = null;
        foreach (var (time, part) in new[] { (WarmUpOfCheckout, 0), (Turns.Time, 1) })
        {
            var count = OrdersPerSecond * (int)time.TotalSeconds;
            var file = await Checkout.OrdersAsync(shop, skus, count, 1_000_000 + (((turn * 2) + part) * 10_000));
            last = await Wrk.PostAsync(new Uri(shop.Url, "/api/checkout"), Connections, time, file, repeat: false);
            if (last.Requests >= count) throw new InvalidOperationException("The prepared carts ran out: raise OrdersPerSecond.");
            File.Delete(file);
            await shop.QuietAsync();
        }

        return last!;
    }

    // As Prometheus does.
    private static async Task ReadAsync(Uri metrics, CancellationToken ended)
    {
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Accept.ParseAdd("application/openmetrics-text;version=1.0.0");
        using var timer = new PeriodicTimer(BetweenReadings);
        try
        {
            while (await timer.WaitForNextTickAsync(ended)) await http.GetByteArrayAsync(metrics, ended);
        }
        catch (OperationCanceledException)
        {
            // The run has ended.
        }
    }

    private sealed record Run(IReadOnlyList<Load> Loads, double Megabytes);

    /// <summary>Takes spans as a collector does, and forgets them.</summary>
    private sealed class Collector : IDisposable
    {
        private readonly HttpListener listener = new();

        public string Url { get; private init; } = "";

        public static Collector Start()
        {
            var collector = new Collector { Url = $"http://127.0.0.1:{Shop.FreePort().ToString(CultureInfo.InvariantCulture)}" };
            collector.listener.Prefixes.Add($"{collector.Url}/");
            collector.listener.Start();
            _ = collector.TakeAsync();
            return collector;
        }

        private async Task TakeAsync()
        {
            try
            {
                while (true)
                {
                    var request = await listener.GetContextAsync();
                    await request.Request.InputStream.CopyToAsync(Stream.Null);
                    request.Response.ContentType = "application/x-protobuf";
                    request.Response.Close();
                }
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                // The bench has closed it.
            }
        }

        public void Dispose() => listener.Close();
    }
}
