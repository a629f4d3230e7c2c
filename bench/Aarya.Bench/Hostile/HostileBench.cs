using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Aarya.Bench.Hostile;

/// <summary>
/// Sends hostile requests to search and suggest, one after another, in the shop of 1,000 products and then of 100,000, and prints the
/// slowest. What takes long is sent again when its kept answer has ended, and counts with its shortest time: a pause of the machine is no
/// property of a request.
/// </summary>
public static class HostileBench
{
    private const int EachKind = 40;
    private const int Deep = 200;
    private const int Shown = 8;
    private const double LongestMs = 100;
    private static readonly TimeSpan Kept = TimeSpan.FromMilliseconds(1_100);

    /// <summary>Both shops.</summary>
    public static async Task<FigureReport> RunAsync(Shop shop)
    {
        List<Figure> figures = [];
        List<string> notes = ["Times are those of a client, with HTTP, on one connection."];
        await MeasureAsync(shop, "1,000", figures, notes);
        await shop.FillSearchAsync(100_000);
        await shop.LearnMadeUpWordsAsync();
        await MeasureAsync(shop, "100,000", figures, notes);
        return new("hostile", figures, notes);
    }

    private static async Task MeasureAsync(Shop shop, string products, List<Figure> figures, List<string> notes)
    {
        var words = await shop.SearchWordsAsync();
        using var http = new HttpClient { BaseAddress = shop.Url };
        // The first searches wait until all products are read and compiled code is there.
        foreach (var word in words.Take(300)) await AskAsync(http, $"/api/search?q={word}");
        List<(HostileQuery Query, double Ms, HttpStatusCode Status)> all = [];
        foreach (var query in new HostileQueries(words).All(EachKind))
        {
            var (ms, status) = await AskAsync(http, query.Path);
            all.Add((query, ms, status));
        }

        all.AddRange(await PageDeepAsync(http));
        var slow = all.OrderByDescending(x => x.Ms).Take(4 * Shown).ToList();
        for (var again = 0; again < 2; again++)
        {
            // Nothing shows when a kept answer ends: it ends by time alone.
            await Task.Delay(Kept);
            for (var i = 0; i < slow.Count; i++)
                slow[i] = slow[i] with { Ms = Math.Min(slow[i].Ms, (await AskAsync(http, slow[i].Query.Path)).Ms) };
        }

        figures.Add(new($"{products} products: requests", all.Count, ""));
        figures.Add(new($"{products} products: answers of 500 or more", all.Count(x => (int)x.Status >= 500), "", 1));
        figures.Add(new($"{products} products: median", Quantile.Median(all.Select(x => x.Ms)), "ms"));
        figures.Add(new($"{products} products: slowest", slow.Max(x => x.Ms), "ms", LongestMs));
        foreach (var kind in all.GroupBy(x => x.Query.Kind))
        {
            notes.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{products}: {kind.Key}: {kind.Count()} requests, median {Quantile.Median(kind.Select(x => x.Ms)):0.0} ms, statuses ")
                + string.Join(' ', kind.GroupBy(x => (int)x.Status).OrderBy(x => x.Key).Select(x => $"{x.Key} {x.Count()}x")));
        }

        notes.AddRange(slow.OrderByDescending(x => x.Ms).Take(Shown).Select(x => string.Create(
            CultureInfo.InvariantCulture, $"{products}: {x.Ms:0.0} ms, {x.Query.Kind}: {Readable(x.Query.Path)}")));
    }

    // What has no glyph, or changes the direction of the line, stays escaped.
    private static string Readable(string path) => string.Concat(Uri.UnescapeDataString(path)
        .Select(x => char.IsLetterOrDigit(x) || char.IsPunctuation(x) || char.IsSymbol(x) || x == ' ' ? $"{x}" : $"\\u{(int)x:X4}"));

    private static async Task<IReadOnlyList<(HostileQuery Query, double Ms, HttpStatusCode Status)>> PageDeepAsync(HttpClient http)
    {
        List<(HostileQuery, double, HttpStatusCode)> pages = [];
        foreach (var sort in new[] { "newest", "price_asc", "discount", "bestselling" })
        {
            var path = $"/api/search?sort={sort}&limit=100&facets=material,discount,stock";
            string? cursor = "";
            for (var page = 0; page < Deep && cursor is not null; page++)
            {
                var next = cursor.Length > 0 ? $"{path}&cursor={cursor}" : path;
                var began = Stopwatch.GetTimestamp();
                using var answer = await http.GetAsync(new Uri(next, UriKind.Relative));
                var body = await answer.Content.ReadAsStringAsync();
                pages.Add((new("deep pages", next), Stopwatch.GetElapsedTime(began).TotalMilliseconds, answer.StatusCode));
                cursor = (string?)System.Text.Json.Nodes.JsonNode.Parse(body)?["nextCursor"];
            }
        }

        return pages;
    }

    private static async Task<(double Ms, HttpStatusCode Status)> AskAsync(HttpClient http, string path)
    {
        var began = Stopwatch.GetTimestamp();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(http.BaseAddress + path[1..], new UriCreationOptions
        {
            DangerousDisablePathAndQueryCanonicalization = true,
        }));
        using var answer = await http.SendAsync(request);
        await answer.Content.ReadAsByteArrayAsync();
        return (Stopwatch.GetElapsedTime(began).TotalMilliseconds, answer.StatusCode);
    }
}
