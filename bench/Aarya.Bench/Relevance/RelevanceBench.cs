using System.Net.Http.Json;
using System.Text.Json;

namespace Aarya.Bench.Relevance;

/// <summary>Asks the demo shop every judged query.</summary>
public static class RelevanceBench
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(2);

    /// <param name="file">The path of judged-queries.txt.</param>
    /// <exception cref="InvalidOperationException">The index does not have all products within two minutes.</exception>
    public static async Task<RelevanceReport> RunAsync(HttpClient shop, string file)
    {
        var products = await IndexedAsync(shop);
        var report = new RelevanceReport();
        foreach (var query in JudgedQuery.Read(await File.ReadAllLinesAsync(file), products))
        {
            var page = await SearchAsync(shop, query.Text);
            report.Add(query, [.. page.GetProperty("items").EnumerateArray().Select(x => x.GetProperty("slug").GetString()!)],
                page.GetProperty("degraded").GetBoolean());
        }

        return report;
    }

    /// <summary>The category of each product of the demo shop by its slug, once the index has all of them.</summary>
    /// <exception cref="InvalidOperationException">That takes longer than two minutes.</exception>
    public static async Task<IReadOnlyDictionary<string, string>> IndexedAsync(HttpClient shop)
    {
        var products = await ProductsAsync(shop);
        var until = TimeProvider.System.GetUtcNow() + Longest;
        while ((await SearchAsync(shop, "")).GetProperty("total").GetInt64() < products.Count)
        {
            if (TimeProvider.System.GetUtcNow() > until) throw new InvalidOperationException("The index is not filled after two minutes.");
            await Task.Delay(500);
        }

        return products;
    }

    private static async Task<Dictionary<string, string>> ProductsAsync(HttpClient shop)
    {
        var page = await shop.GetFromJsonAsync<JsonElement>("/api/products?limit=100");
        return page.GetProperty("items").EnumerateArray()
            .ToDictionary(x => x.GetProperty("slug").GetString()!, x => x.GetProperty("category").GetString()!);
    }

    private static Task<JsonElement> SearchAsync(HttpClient shop, string text) =>
        shop.GetFromJsonAsync<JsonElement>($"/api/search?q={Uri.EscapeDataString(text)}");
}
