using System.Globalization;

namespace Aarya.Bench.Search;

/// <summary>
/// Measures GET /api/search and GET /api/search/suggest against pgbench running one statement that does the same. The requests are made of
/// the words of the shop's products, frequent words more often; no request comes a second time while its answer is kept.
/// </summary>
public static class SearchCatalogue
{
    private const int Connections = 16;
    private const int ManyProducts = 100_000;

    // More than the shop answers in the time that it keeps an answer.
    private const int Requests = 20_000;

    private static bool isFilled;

    public static Task<PathReport> SearchAsync(Shop shop) => SearchAsync(shop, "search");

    public static Task<PathReport> SuggestAsync(Shop shop) => SuggestAsync(shop, "suggest");

    private static Task<PathReport> SearchAsync(Shop shop, string name) => RunAsync(shop, name, "search.sql", (words, random) =>
    {
        var text = random.Next(2) == 0 ? words.Next(random) : $"{words.Next(random)} {words.Next(random)}";
        // A price that is no bound for any product makes each request another one.
        return $"/api/search?q={Uri.EscapeDataString(text)}&maxPrice={100_000_000 + random.Next(1_000_000)}";
    });

    private static Task<PathReport> SuggestAsync(Shop shop, string name) => RunAsync(shop, name, "suggest.sql", (words, random) =>
    {
        var word = words.Next(random);
        var typed = word[..Math.Min(word.Length, 2 + random.Next(4))];
        return $"/api/search/suggest?q={Uri.EscapeDataString($"{words.Next(random)} {typed}")}&limit=8";
    });

    /// <summary>The same in a shop of 100,000 products.</summary>
    public static async Task<PathReport> SearchManyAsync(Shop shop)
    {
        await FillAsync(shop);
        return await SearchAsync(shop, "search-many");
    }

    /// <summary>The same in a shop of 100,000 products.</summary>
    public static async Task<PathReport> SuggestManyAsync(Shop shop)
    {
        await FillAsync(shop);
        return await SuggestAsync(shop, "suggest-many");
    }

    /// <summary>Fills the shop up to 100,000 products, once per run.</summary>
    internal static async Task FillAsync(Shop shop)
    {
        if (isFilled) return;
        await shop.FillSearchAsync(ManyProducts);
        isFilled = true;
    }

    private static async Task<PathReport> RunAsync(Shop shop, string name, string script, Func<ZipfWords, Random, string> request)
    {
        var words = new ZipfWords(await shop.SearchWordsAsync());
        var random = new Random(1);
        var (requests, floor) = (Path.GetTempFileName(), Path.GetTempFileName());
        await File.WriteAllLinesAsync(requests, Enumerable.Range(0, Requests).Select(_ => request(words, random)));
        var sql = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "load", script));
        await File.WriteAllTextAsync(
            floor, sql.Replace("@words@", words.Count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        var (runs, floors) = await Turns.TakeAsync(
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetEachAsync(shop.Url, Connections, Turns.Time, requests)),
            async _ => Measured.Of(await Pgbench.RunAsync(shop.DatabaseUrl, floor, Connections, Turns.Time)));
        File.Delete(requests);
        File.Delete(floor);
        return new(name, "pgbench, one statement", 0.6, runs, floors);
    }

    /// <summary>Words of which the n-th comes n times as rarely as the first (Zipf).</summary>
    private sealed class ZipfWords
    {
        private readonly IReadOnlyList<string> words;
        private readonly double[] sums;

        public ZipfWords(IReadOnlyList<string> words)
        {
            this.words = words;
            sums = new double[words.Count];
            var sum = 0.0;
            for (var i = 0; i < sums.Length; i++) sums[i] = sum += 1.0 / (i + 1);
        }

        public int Count => words.Count;

        public string Next(Random random)
        {
            var at = Array.BinarySearch(sums, random.NextDouble() * sums[^1]);
            return words[Math.Min(at < 0 ? ~at : at, words.Count - 1)];
        }
    }
}
