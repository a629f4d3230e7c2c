using System.Text.Json;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Caching;
using Aarya.Infrastructure.Http;
using Marten;
using Npgsql;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>
/// The catalogue's answers, ready to be sent: cached in this process for a second; single products then come from Redis, everything else
/// from the database. One request fetches, the others wait for it.
/// </summary>
public sealed class ProductAnswers(ICommerceStore store, ProductCache cache, CacheBudget budget, TimeProvider time)
{
    private readonly ReadyAnswers ready = new(budget, time, TimeSpan.FromSeconds(1), "products");

    public ValueTask<ReadyAnswer?> FindAsync(string idOrSlug) =>
        ready.GetAsync(idOrSlug, (this, idOrSlug), static x => x.Item1.FetchAsync(x.idOrSlug));

    public ValueTask<ReadyAnswer?> ListAsync(string? category, PageCursor? after, int limit) =>
        ready.GetAsync($"list:{category}:{limit}:{after}", (this, category, after, limit),
            static x => x.Item1.FetchAsync(x.category, x.after, x.limit));

    public ValueTask<ReadyAnswer?> CategoriesAsync() => ready.GetAsync("categories", this, static x => x.FetchCategoriesAsync());

    /// <summary>Drops a cached answer after a change; other nodes follow within a second.</summary>
    public void Forget(string idOrSlug) => ready.Forget(idOrSlug);

    private async Task<ReadyAnswer?> FetchAsync(string idOrSlug)
    {
        if (await cache.FindAsync(idOrSlug) is { } known) return ReadyAnswer.Json(known);
        for (var attempt = 1; ; attempt++)
        {
            await using var session = store.QuerySession();
            if (await Catalogue.FindAsync(session, idOrSlug, CancellationToken.None) is not { } found) return null;
            var json = JsonSerializer.SerializeToUtf8Bytes(found.ToView(), AaryaJson.Options);
            // A change was announced while a slow read was under way: the second read sees it. Not more often, because a product that had
            // this slug before may have a larger stamp.
            if (await cache.PutAsync(idOrSlug, found.Stamp, json) || attempt == 2) return ReadyAnswer.Json(json);
        }
    }

    private async Task<ReadyAnswer?> FetchAsync(string? category, PageCursor? after, int limit)
    {
        await using var session = store.QuerySession();
        var found = await Catalogue.ListAsync(session, category, after, limit + 1, CancellationToken.None);
        var last = found.Count > limit ? found[limit - 1].Product : null;
        var next = last is null ? null : new PageCursor(last.PublishedAt, last.Id).ToString();
        return Json(new ProductPage([.. found.Take(limit).Select(x => x.ToView())], next));
    }

    private async Task<ReadyAnswer?> FetchCategoriesAsync()
    {
        await using var session = store.QuerySession();
        var categories = await session.Query<Category>().OrderBy(x => x.Position).ThenBy(x => x.Name).ToListAsync();
        Dictionary<string, int> counts = [];
        await using var command =
            new NpgsqlCommand("select category, count(*)::integer from commerce.mt_doc_product where published group by category");
        await using var reader = await session.ExecuteReaderAsync(command, CancellationToken.None);
        while (await reader.ReadAsync()) counts[reader.GetString(0)] = reader.GetInt32(1);
        var tree = new CategoryTree(categories);
        return Json(new CategoryPage(
        [
            .. categories.Select(x => new CategoryView(
                x.Id, x.Name, tree.Within(x.Id).Sum(y => counts.GetValueOrDefault(y)), x.Parent)),
        ]));
    }

    private static ReadyAnswer Json<T>(T view) => ReadyAnswer.Json(JsonSerializer.SerializeToUtf8Bytes(view, AaryaJson.Options));
}
