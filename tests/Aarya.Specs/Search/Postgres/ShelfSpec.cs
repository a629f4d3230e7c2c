using Aarya.Features;
using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;
using Aarya.Features.Search.Postgres;
using Aarya.Features.Search.Store;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Aarya.Specs.Search.Postgres;

/// <summary>Searches see every change of the index, although they run in the memory of their process.</summary>
public sealed class ShelfSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private readonly CatalogueNews news = new(fixture.Host);

    private ISearchEngine Engine => Host.Services.GetRequiredService<ISearchEngine>();

    private ProductIndex Index => Host.Services.GetRequiredService<ProductIndex>();

    [Fact]
    public async Task what_another_process_writes_is_found()
    {
        var product = await news.PublishAsync("Kurta", colours: [news.Word]);
        Assert.True(Assert.Single((await FindAsync()).Items).InStock);
        Assert.Equal(1, (await BrowseAsync()).Total);

        await SqlAsync("update search.stock set available = 0, indexed_at = now() where sku = $1", product.Variants[0].Sku);
        await UntilAsync("it is out of stock", page => page.Items is [{ InStock: false }]);

        await SqlAsync("update search.product set name = 'Achkan', indexed_at = now() where product_id = $1", product.ProductId);
        await UntilAsync("it has its new name", page => page.Items is [{ Name: "Achkan" }]);

        await SqlAsync("update search.product set published = false, indexed_at = now() where product_id = $1", product.ProductId);
        await UntilAsync("it is withdrawn", page => page.Items is [] && page.Facets.All(x => x.Values.Count == 0));
        await Eventually.HoldsAsync("it is not on sale", async () => (await BrowseAsync()).Total == 0, TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task a_write_that_is_committed_after_later_ones_were_read_is_found()
    {
        var slow = await news.PublishAsync("Kurta");
        await using var connection = await OpenAsync();
        await using var held = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(
            "update search.product set name = 'Achkan', indexed_at = now() where product_id = $1", connection, held)
        { Parameters = { new() { Value = slow.ProductId } } };
        await command.ExecuteNonQueryAsync();
        for (var later = 1; later <= 3; later++)
        {
            await news.PublishAsync("Sherwani");
            Assert.Equal(later + 1, (await FindAsync()).Total);
        }

        Assert.Contains($"Kurta {news.Word}", (await FindAsync()).Items.Select(x => x.Name));
        await held.CommitAsync();

        await UntilAsync("it has its new name", page => page.Items.Any(x => x.Name == "Achkan"));
    }

    [Fact]
    public async Task a_product_is_found_at_every_moment_while_its_words_change()
    {
        var product = news.Product("Kurta");
        await Index.IndexAsync([DocumentOf(product, 1, 500)], CancellationToken.None);
        var changes = Task.Run(async () =>
        {
            for (var version = 2; version <= 60; version++)
                await Index.IndexAsync([DocumentOf(product with { Name = $"Kurta {news.Word} {version}" }, version, 500)], Cancel);
        });
        var searches = 0;
        for (; !changes.IsCompleted; searches++) Assert.Equal(1, (await FindAsync()).Total);

        await changes;
        Assert.Equal($"Kurta {news.Word} 60", Assert.Single((await FindAsync()).Items).Name);
        Assert.InRange(searches, 1, int.MaxValue);
    }

    [Fact]
    public async Task after_many_writes_at_once_searches_agree_with_the_index()
    {
        var products = Enumerable.Range(0, 12).Select(_ => news.Product("Kurta", sizes: ["S", "M"], colours: [news.Word])).ToList();
        await Task.WhenAll(Enumerable.Range(1, 6).Select(async writer =>
        {
            var random = new Random(writer);
            for (var version = 1; version <= 25; version++)
            {
                var product = products[random.Next(products.Count)];
                var (stamp, rupees) = ((version * 10) + writer, 500 + random.Next(1_000));
                if (random.Next(4) == 0)
                {
                    await Index.WithdrawAsync(product.ProductId, stamp, CancellationToken.None);
                }
                else if (random.Next(2) == 0)
                {
                    await Index.SetStockAsync(product.Variants[0].Sku, random.Next(3), stamp, CancellationToken.None);
                }
                else
                {
                    await Index.IndexAsync([DocumentOf(product, stamp, rupees)], CancellationToken.None);
                }

                await FindAsync();
            }
        }));

        var found = (await FindAsync()).Items.OrderBy(x => x.Id).Select(x => $"{x.Id} {x.Price.Minor} {x.InStock}");
        var indexed = (string[])(await SqlAsync("""
            select coalesce(array_agg(line order by line), '{}') from (
              select product_id || ' ' || min(variant.price_minor) || ' ' || initcap(bool_or(available > 0)::text) as line
              from search.product join search.variant using (product_id) join search.stock using (sku)
              where published and product_id = any ($1) group by product_id) as lines
            """, products.Select(x => x.ProductId).ToArray()))!;
        Assert.NotEmpty(indexed);
        Assert.Equal(indexed.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
        Assert.Equal(indexed.Length, (await BrowseAsync()).Total);
    }

    [Fact]
    public async Task a_search_does_not_wait_for_a_slow_reading_until_what_is_known_is_old()
    {
        await news.PublishAsync("Kurta");
        var time = new FakeTimeProvider();
        using var shelf = ShelfOf(Host.Services.GetRequiredService<SalesOfProducts>(), time);
        var engine = new PostgresSearchEngine(shelf);
        await FindAsync(engine);
        Task<SearchPage> old;
        await using (var connection = await OpenAsync())
        {
            await using var held = await connection.BeginTransactionAsync(Cancel);
            await using var command = new NpgsqlCommand("lock table search.synonym in access exclusive mode", connection, held);
            await command.ExecuteNonQueryAsync(Cancel);

            time.Advance(TimeSpan.FromMilliseconds(900));
            for (var search = 0; search < 3; search++) Assert.True(FindAsync(engine).IsCompletedSuccessfully);
            time.Advance(TimeSpan.FromMilliseconds(200));
            old = FindAsync(engine);
            Assert.False(old.IsCompleted);
            await held.RollbackAsync(Cancel);
        }

        Assert.Equal(1, (await old.WaitAsync(TimeSpan.FromMinutes(1), Cancel)).Total);
    }

    [Fact]
    public async Task pages_keep_the_order_of_the_first_while_products_sell_and_all_is_read_again()
    {
        List<Guid> products = [];
        for (var i = 0; i < 6; i++) products.Add((await news.PublishAsync("Kurta")).ProductId);
        var (time, sales) = (new FakeTimeProvider(DateTimeOffset.UtcNow), new SalesOfProducts());
        sales.Sold = products.Index().ToDictionary(x => x.Item, x => 100.0 + x.Index);
        using var shelf = ShelfOf(sales, time);
        List<Guid> seen = [];
        for (var (cursor, turn) = ("", 0); cursor is not null; turn++)
        {
            var page = await BestsellingAsync(shelf, cursor, 2);
            seen.AddRange(page.Items.Select(x => x.Id));
            cursor = page.NextCursor;
            // The last one sells most, and only a reading of all rows finds the other name.
            sales.Sold = new Dictionary<Guid, double>(sales.Sold) { [products[turn]] = 200 + turn };
            await SqlAsync(
                $"update search.product set name = 'Kurta {turn}', indexed_at = now() - interval '1 hour' where product_id = $1",
                products[0]);
            time.Advance(TimeSpan.FromMinutes(6));
            await Eventually.HoldsAsync("all is read again", async () =>
                (await BestsellingAsync(shelf, "", 50)).Items is [var first, ..] all && first.Id == products[turn]
                && all.Any(x => x.Name == $"Kurta {turn}"));
        }

        Assert.Equal(Enumerable.Reverse(products), seen);
    }

    [Fact]
    public async Task a_page_of_another_process_that_read_the_sales_later_has_the_order_of_the_first()
    {
        List<Guid> products = [];
        for (var i = 0; i < 6; i++) products.Add((await news.PublishAsync("Kurta")).ProductId);
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var before = products.Index().ToDictionary(x => x.Item, x => 100.0 + x.Index);
        // The first of the list by their ids sells most now.
        var after = new Dictionary<Guid, double>(before) { [products[0]] = 200 };
        var (sales, salesOfOther) = (new SalesOfProducts { Sold = before }, new SalesOfProducts { Sold = before });
        using var shelf = ShelfOf(sales, time);
        using var other = ShelfOf(salesOfOther, time);
        await BestsellingAsync(shelf, "", 6);
        await BestsellingAsync(other, "", 6);
        sales.Sold = after;
        await ReadAgainAsync(shelf);
        salesOfOther.Sold = after;
        await ReadAgainAsync(other);
        // Both have read the purchase, and nothing has changed since.
        await ReadAgainAsync(shelf);

        var first = await BestsellingAsync(shelf, "", 3);
        var second = await BestsellingAsync(other, first.NextCursor!, 3);

        Assert.Equal(
            [products[0], products[5], products[4], products[3], products[2], products[1]],
            first.Items.Concat(second.Items).Select(x => x.Id));

        async Task ReadAgainAsync(Shelf of)
        {
            time.Advance(TimeSpan.FromSeconds(2));
            await BestsellingAsync(of, "", 6);
        }
    }

    private Shelf ShelfOf(SalesOfProducts sales, TimeProvider time) =>
        new(Host.Services.GetRequiredService<ISearchStore>(), sales, time, NullLogger<Shelf>.Instance);

    private Task<SearchPage> BestsellingAsync(Shelf shelf, string cursor, int limit) => new PostgresSearchEngine(shelf).SearchAsync(
        SearchQuery.From(news.Word, null, null, null, null, null, null, SearchSort.Bestselling, cursor, limit).Query!,
        CancellationToken.None);

    private static ProductDocument DocumentOf(ProductPublishedNotice x, long version, int rupees) => new(
        x.ProductId, version, x.Slug, x.Name, "", x.Category, "",
        [.. x.Variants.Select(y => new VariantDocument(y.Sku, y.Size, y.Colour, Money.Rupees(rupees), null, 5))], x.PublishedAt);

    private Task UntilAsync(string what, Func<SearchPage, bool> isSo) =>
        Eventually.HoldsAsync(what, async () => isSo(await FindAsync()), TimeSpan.FromMinutes(1));

    // Without a text, the words of the products are not looked up.
    private Task<SearchPage> BrowseAsync() => Engine.SearchAsync(
        SearchQuery.From(null, null, null, [news.Word], null, null, null, null, null, null).Query!, CancellationToken.None);

    private Task<SearchPage> FindAsync() => FindAsync(Engine);

    private Task<SearchPage> FindAsync(ISearchEngine engine) => engine.SearchAsync(
        SearchQuery.From(news.Word, null, null, null, null, null, null, null, null, null).Query!, CancellationToken.None);

    private async Task<object?> SqlAsync(string sql, object value)
    {
        await using var connection = await OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = value } } };
        return await command.ExecuteScalarAsync();
    }

    private async Task<NpgsqlConnection> OpenAsync()
    {
        var connection = (NpgsqlConnection)Host.Services.GetRequiredService<ISearchStore>().Storage.Database.CreateConnection();
        await connection.OpenAsync();
        return connection;
    }
}
