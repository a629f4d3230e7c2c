using Aarya.Bench;
using Aarya.Bench.EventStreams;
using Aarya.Bench.Hostile;
using Aarya.Bench.Relevance;
using Aarya.Bench.Search;
using Aarya.Bench.Soak;

if (args is ["floor", var url, .. var kind])
{
    await FloorServer.ServeAsync(url, kind);
    return 0;
}

if (args is ["sockets-server", var socket])
{
    await Sockets.ServeAsync(socket);
    return 0;
}

if (args is ["sockets"])
{
    await Sockets.RunAsync();
    return 0;
}

var wanted = args.FirstOrDefault() ?? "paths";
// Rate limits are on only where the load comes from many clients; elsewhere the generator is a single client.
(string Name, bool Limits, Func<Shop, Task<PathReport>> Run)[] paths =
[
    ("product", false, ProductRead.RunAsync),
    ("cart", false, AddToCart.RunAsync),
    ("checkout", true, Checkout.RunAsync),
    ("login", false, LogIn.RunAsync),
    ("token", false, TokenCheck.RunAsync),
    ("search", false, SearchCatalogue.SearchAsync),
    ("suggest", false, SearchCatalogue.SuggestAsync),
    ("related", false, Recommendations.RelatedAsync),
    ("recommend", false, Recommendations.ForShopperAsync),
    // Last, because they fill the shop.
    ("search-many", false, SearchCatalogue.SearchManyAsync),
    ("suggest-many", false, SearchCatalogue.SuggestManyAsync),
    ("related-many", false, Recommendations.RelatedManyAsync),
    ("recommend-many", false, Recommendations.ForShopperManyAsync),
];
(string Name, bool Limits, Func<Shop, Task<FigureReport>> Run)[] streams =
[
    ("events", false, EventDelay.RunAsync),
    ("analytics", true, AnalyticsLoad.RunAsync),
    ("compaction", false, CompactionRate.RunAsync),
    ("streams-memory", false, StreamMemory.RunAsync),
    // Last, because it replaces what is counted.
    ("reports", false, Reports.RunAsync),
];
string[] names =
[
    .. paths.Select(x => x.Name), .. streams.Select(x => x.Name), "streams", "observed", "hostile", "freshness", "soak", "relevance",
    "sockets",
];
if (wanted is not "paths" && !names.Contains(wanted))
{
    await Console.Error.WriteLineAsync(
        $"There is no bench '{wanted}': give {string.Join(", ", names)}, or no name for every path that has a floor.");
    return 1;
}

try
{
    var soak = SoakBench.Parse(wanted is "soak" ? args : []);
    if (wanted is "relevance")
    {
        await using var demo = await Shop.OpenAsync("demo");
        await demo.ServeAsync(limits: false);
        using var client = new HttpClient { BaseAddress = demo.Url };
        Console.WriteLine(await RelevanceBench.RunAsync(client, Path.Combine(AppContext.BaseDirectory, "Relevance/judged-queries.txt")));
        return 0;
    }

    List<PathReport> reports = [];
    await using var shop = await Shop.OpenAsync("large");
    foreach (var path in paths.Where(x => wanted is "paths" || x.Name == wanted))
    {
        await shop.ServeAsync(path.Limits);
        var report = await path.Run(shop);
        Report.Print(report);
        reports.Add(report);
    }

    List<FigureReport> figures = [];
    if (wanted is "soak")
    {
        var report = await SoakBench.RunAsync(shop, soak.Minutes, soak.PerSecond);
        report.Print();
        figures.Add(report);
    }

    if (wanted is "observed")
    {
        var report = await Observed.RunAsync(shop);
        report.Print();
        figures.Add(report);
    }

    if (wanted is "freshness")
    {
        await shop.ServeAsync(limits: false);
        var report = await Freshness.RunAsync(shop);
        report.Print();
        figures.Add(report);
    }

    if (wanted is "hostile")
    {
        await shop.ServeAsync(limits: false);
        var report = await HostileBench.RunAsync(shop);
        report.Print();
        figures.Add(report);
    }

    foreach (var path in streams.Where(x => wanted is "streams" || x.Name == wanted))
    {
        await shop.ServeAsync(path.Limits);
        var report = await path.Run(shop);
        report.Print();
        figures.Add(report);
    }

    Report.Save(reports, figures, Environment.GetEnvironmentVariable("BENCH_RESULTS") ?? "artifacts/bench");
    return reports.Any(x => x.Errors > 0) ? 1 : 0;
}
catch (InvalidOperationException e)
{
    await Console.Error.WriteLineAsync($"bench: {e.Message}");
    return 1;
}
