using System.Buffers.Text;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Aarya.Bench.Search;

/// <summary>
/// Measures GET /api/products/{id}/related and GET /api/recommendations against pgbench running one statement that does the same: for
/// shoppers with purchases of their own, beside a history of 20,000 orders in which some products sell far more often than others (Zipf).
/// </summary>
public static class Recommendations
{
    private const int Connections = 16;
    private const int Shoppers = 500;
    private const int OtherOrders = 20_000;
    private const int Paths = 5_000;

    public static Task<PathReport> RelatedAsync(Shop shop) => RelatedAsync(shop, "related");

    public static Task<PathReport> ForShopperAsync(Shop shop) => ForShopperAsync(shop, "recommend");

    /// <summary>The same in a shop of 100,000 products.</summary>
    public static async Task<PathReport> RelatedManyAsync(Shop shop)
    {
        await SearchCatalogue.FillAsync(shop);
        return await RelatedAsync(shop, "related-many");
    }

    /// <summary>The same in a shop of 100,000 products.</summary>
    public static async Task<PathReport> ForShopperManyAsync(Shop shop)
    {
        await SearchCatalogue.FillAsync(shop);
        return await ForShopperAsync(shop, "recommend-many");
    }

    private static async Task<PathReport> RelatedAsync(Shop shop, string name)
    {
        var products = await OfferAsync(shop);
        var ids = (Guid[])(await shop.SqlAsync(
            $"select array_agg(product_id) from (select product_id from bench_offer order by random() limit {Paths}) as picked"))!;
        var (paths, floor) = (Path.GetTempFileName(), await ScriptAsync("related.sql", products));
        await File.WriteAllLinesAsync(paths, ids.Select(x => $"/api/products/{x:D}/related?limit=8"));
        var (runs, floors) = await Turns.TakeAsync(
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetEachAsync(shop.Url, Connections, Turns.Time, paths)),
            async _ => Measured.Of(await Pgbench.RunAsync(shop.DatabaseUrl, floor, Connections, Turns.Time)));
        File.Delete(paths);
        File.Delete(floor);
        return new(name, "pgbench, one statement", 0.6, runs, floors);
    }

    private static async Task<PathReport> ForShopperAsync(Shop shop, string name)
    {
        await OfferAsync(shop);
        var tokens = await shop.GuestsAsync(Shoppers);
        await BuyAsync(shop, [.. tokens.Select(SubjectOf)]);
        var (requests, floor) = (Path.GetTempFileName(), await ScriptAsync("recommend.sql", Shoppers));
        await File.WriteAllLinesAsync(requests, tokens.Select(x => $"{x}\t-\t-\t-"));
        var url = new Uri(shop.Url, "/api/recommendations?limit=12");
        var (runs, floors) = await Turns.TakeAsync(
            _ => Turns.MeterAsync(shop.ProcessId, () => Wrk.GetAsync(url, Connections, Turns.Time, requests)),
            async _ => Measured.Of(await Pgbench.RunAsync(shop.DatabaseUrl, floor, Connections, Turns.Time)));
        File.Delete(requests);
        File.Delete(floor);
        return new(name, "pgbench, one statement", 0.6, runs, floors);
    }

    private static async Task<string> ScriptAsync(string name, long count)
    {
        var script = Path.GetTempFileName();
        var sql = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "load", name));
        await File.WriteAllTextAsync(
            script, sql.Replace("@count@", count.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal));
        return script;
    }

    // One SKU in stock of each product.
    private static async Task<long> OfferAsync(Shop shop)
    {
        await shop.QuietAsync();
        return (long)(await shop.SqlAsync("""
            drop table if exists bench_offer;
            create table bench_offer as
              select row_number() over (order by product_id)::integer as position, product_id, min(sku) as sku
              from search.product join search.variant using (product_id) join search.stock using (sku)
              where published and available > 0 group by product_id;
            alter table bench_offer add primary key (position);
            analyze bench_offer; analyze search.product; analyze search.variant; analyze search.stock;
            select count(*) from bench_offer
            """))!;
    }

    // Three orders of each of these shoppers, and those of others, each of up to three products.
    private static async Task BuyAsync(Shop shop, Guid[] subjects)
    {
        await shop.SqlAsync($"""
            set statement_timeout = 0;
            delete from search.purchase;
            drop table if exists bench_shopper;
            create table bench_shopper as
              select position::integer, subject::uuid
              from unnest(string_to_array('{string.Join(' ', subjects)}', ' ')) with ordinality as line(subject, position);
            alter table bench_shopper add primary key (position);
            insert into search.purchase (order_id, sku, subject, quantity, at, product_id)
            select order_id, sku, subject, 1, at, product_id
            from (
              select gen_random_uuid() as order_id, subject, now() - random() * interval '90 days' as at
              from bench_shopper cross join generate_series(1, 3)
              union all
              select gen_random_uuid(), gen_random_uuid(), now() - random() * interval '90 days' from generate_series(1, {OtherOrders})
            ) as placed
            cross join lateral (
              select distinct floor(power((select count(*) from bench_offer), random()))::integer as position
              from generate_series(1, 3) where order_id is not null
            ) as line
            join bench_offer using (position);
            create index if not exists bench_bought on search.purchase (product_id);
            analyze search.purchase; analyze bench_shopper
            """);
        // The program reads the purchases of all shoppers when it starts.
        await shop.StopAsync();
        await shop.ServeAsync(limits: false);
        await Waiting.UntilAsync("the purchases are read", TimeSpan.FromMinutes(1), async () =>
            (await shop.GetAsync("/api/recommendations/trending"))["items"]!.AsArray().Count > 0);
    }

    private static Guid SubjectOf(string token) =>
        Guid.Parse((string)JsonNode.Parse(Base64Url.DecodeFromChars(token.Split('.')[1]))!["sub"]!);
}
