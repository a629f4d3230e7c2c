using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using Aarya.Features.Content.Analytics;

namespace Aarya.Bench.EventStreams;

/// <summary>
/// Measures the reports about analytics over 365 days of a shop with 5,000 SKUs, one request at a time. The days begin and end in the
/// middle of a month: a report then reads the most rows.
/// </summary>
internal static class Reports
{
    private const int Requests = 100;
    private const int WarmUp = 5;
    private const int AimMs = 50;

    private static readonly string[] Routes =
    [
        "sales?by=day", "sales?by=week", "sales?by=month", "sales?by=day&format=csv", "top?of=sold", "top?of=revenue", "top?of=carts",
        "top?of=products", "top?of=searches", "top?of=searches_without_results", "top?of=pages", "top?of=sold&limit=100&format=csv",
        "top?of=categories", "top?of=categories_viewed", "sales/origins?", "sales/origins?by=device&format=csv",
        "funnel?", "funnel?by=source", "funnel?by=device", "funnel?by=source&format=csv",
    ];

    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        var today = IndianDay.Of(DateTimeOffset.UtcNow);
        await FillAsync(shop, today);
        var rows = (long)(await shop.SqlAsync("select count(*) from content.analytics_day"))!;
        using var http = new HttpClient { BaseAddress = shop.Url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await shop.StaffAsync("admin"));
        var to = new DateOnly(today.Year, today.Month, 15);
        if (to >= today) to = to.AddMonths(-1);
        var days = string.Create(CultureInfo.InvariantCulture, $"from={to.AddDays(-364):yyyy-MM-dd}&to={to:yyyy-MM-dd}");
        List<Figure> figures = [];
        foreach (var route in Routes)
        {
            var delays = await DelaysAsync(http, new($"/api/admin/analytics/{route}&{days}", UriKind.Relative));
            figures.Add(new($"{route.TrimEnd('?')}: p50", Quantile.Median(delays), "ms"));
            figures.Add(new($"{route.TrimEnd('?')}: p99", Quantile.Of(delays, 0.99), "ms", AimMs));
        }

        return new("reports over 365 days", figures,
            [
                string.Create(CultureInfo.InvariantCulture,
                    $"{Requests} requests of each, one after the other; content.analytics_day has {rows:#,0} rows"),
                "pages have as many subjects as a day and a month may have, searches as many as a month may have",
            ]);
    }

    // VACUUM must be a request of its own.
    private static async Task FillAsync(Shop shop, DateOnly today)
    {
        var script = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "load", "analytics-year.sql"));
        var sql = script.Replace("@today@", today.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var vacuum = sql.LastIndexOf("vacuum", StringComparison.Ordinal);
        await shop.SqlAsync(sql[..vacuum], seconds: 900);
        await shop.SqlAsync(sql[vacuum..], seconds: 300);
    }

    private static async Task<List<double>> DelaysAsync(HttpClient http, Uri url)
    {
        List<double> delays = [];
        for (var i = 0; i < WarmUp + Requests; i++)
        {
            var began = Stopwatch.GetTimestamp();
            using var response = await http.GetAsync(url);
            if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{url} answered {(int)response.StatusCode}.");
            if (i >= WarmUp) delays.Add(Stopwatch.GetElapsedTime(began).TotalMilliseconds);
        }

        return delays;
    }
}
