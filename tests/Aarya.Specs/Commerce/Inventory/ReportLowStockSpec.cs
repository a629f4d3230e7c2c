using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Commerce.Catalog;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Alba;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Inventory;

public sealed class ReportLowStockSpec(AaryaFixture fixture) : CatalogueStory(fixture)
{
    [Fact]
    public async Task a_sku_is_reported_once_while_it_is_low_and_again_after_it_has_recovered()
    {
        await GivenAsync(Kurta(stock: 6));
        await ReportAsync();

        await SellAsync(Sku("S"), 1);
        Assert.Equal([(Sku("S"), 5)], await ReportAsync());
        await SellAsync(Sku("S"), 2);
        Assert.Empty(await ReportAsync());

        await SellAsync(Sku("S"), -4);
        Assert.Empty(await ReportAsync());
        await SellAsync(Sku("S"), 7);
        Assert.Equal([(Sku("S"), 0)], await ReportAsync());
    }

    [Fact]
    public async Task what_recovers_before_the_report_is_not_in_it()
    {
        await GivenAsync(Kurta(stock: 6));
        await ReportAsync();
        await SellAsync(Sku("S"), 3);
        await SellAsync(Sku("M"), 4);
        await SellAsync(Sku("S"), -3);

        Assert.Equal([(Sku("M"), 2)], await ReportAsync());
    }

    [Fact]
    public async Task a_report_that_names_nothing_does_not_keep_the_next_from_coming()
    {
        var product = await LowAndWithdrawnMeanwhileAsync();
        Assert.Equal(1, await ReportsScheduledAsync(() => ActAsync(product, "publish")));
    }

    [Fact]
    public async Task a_sku_that_comes_back_into_the_shop_is_reported_though_a_report_has_passed_meanwhile()
    {
        var product = await LowAndWithdrawnMeanwhileAsync();
        await ActAsync(product, "publish");
        Assert.Equal([(Sku("S"), 5)], await ReportAsync());
    }

    [Fact]
    public async Task a_report_that_was_lost_does_not_silence_the_next_ones()
    {
        await GivenAsync(Kurta(stock: 6));
        await ReportAsync();
        Assert.True(await NotedAsync(Sku("S"), 1));
        Assert.False(await NotedAsync(Sku("M"), 1, after: LowStock.Delay));
        Assert.True(await NotedAsync(Sku("M"), 100) is false && await NotedAsync(Sku("M"), 1, after: 3 * LowStock.Delay));
        foreach (var sku in new[] { Sku("S"), Sku("M") }) await NotedAsync(sku, 100);
    }

    [Fact]
    public async Task one_report_is_under_way_for_all_that_become_low_before_it()
    {
        await GivenAsync(Kurta(stock: 6));
        await ReportAsync();
        Assert.Equal(1, await ReportsScheduledAsync(() => SellAsync(Sku("S"), 1)));
        Assert.Equal(0, await ReportsScheduledAsync(() => SellAsync(Sku("M"), 1)));
        Assert.Equal([(Sku("M"), 5), (Sku("S"), 5)], await ReportAsync());
        await SellAsync(Sku("S"), -1);
        Assert.Equal(1, await ReportsScheduledAsync(() => SellAsync(Sku("S"), 1)));
    }

    [Fact]
    public async Task no_sku_is_forgotten_however_reports_and_sales_meet()
    {
        await GivenAsync(Kurta(stock: 6));
        await ReportAsync();
        string[] skus = [Sku("S"), Sku("M")];
        for (var round = 0; round < 20; round++)
        {
            // The report that this one has scheduled meets the sale of the other.
            Assert.True(await NotedAsync(skus[0], 1));
            var (sale, report) = (NotedAsync(skus[1], 1), TakenAsync());
            List<string> reported = [.. await report];
            // What was noted too late for the report has a report of its own.
            if (await sale) reported.AddRange(await TakenAsync());
            Assert.Equal(skus.Order(StringComparer.Ordinal), reported.Where(skus.Contains).Order(StringComparer.Ordinal));
            foreach (var sku in skus) await NotedAsync(sku, 100);
        }
    }

    /// <summary>A SKU becomes low, its product is withdrawn, and a report passes.</summary>
    private async Task<ProductView> LowAndWithdrawnMeanwhileAsync()
    {
        var product = await GivenAsync(Kurta(stock: 6));
        await ReportAsync();
        await SellAsync(Sku("S"), 1);
        await ActAsync(product, "withdraw");
        Assert.Empty(await ReportAsync());
        return product;
    }

    /// <summary>Withdraws or publishes the product, and waits until the shop has announced it.</summary>
    private async Task ActAsync(ProductView product, string action)
    {
        await Host.Scenario(x =>
        {
            x.WithBearerToken(Merchandiser);
            x.Post.Url($"/api/admin/products/{product.Id}/{action}");
        });
        await AnnouncedAsync();
    }

    private async Task<long> ReportsScheduledAsync(Func<Task> change)
    {
        var before = await ScheduledAsync();
        await change();
        return await ScheduledAsync() - before;
    }

    private Task<long> ScheduledAsync() => AskAsync(
        """
        select count(*) from commerce.wolverine_incoming_envelopes
        where status = 'Scheduled' and message_type = 'commerce.ReportLowStock'
        """);

    /// <summary>Sells some pieces, and waits until the shop has announced it: what it has noted is committed then.</summary>
    private async Task SellAsync(string sku, int pieces)
    {
        await using (var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession())
        {
            Assert.NotNull(await Stock.AdjustAsync(
                session, sku, -pieces, "sold", $"{Guid.NewGuid()}", TestContext.Current.CancellationToken));
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await AnnouncedAsync();
    }

    // Only the changes of this spec: other specs share the database, and what they have left behind is announced in its own time.
    private Task AnnouncedAsync() => Eventually.HoldsAsync(
        "the changes of this spec are announced",
        async () => await AskAsync(
            $"""
            select (select count(*) from commerce.stock_changed where sku like 'KRT-{Tag.ToUpperInvariant()}-%')
              + (select count(*) from commerce.product_changed join commerce.variant using (product_id)
                where sku like 'KRT-{Tag.ToUpperInvariant()}-%')
            """) == 0,
        instead: async () =>
        {
            var announcer = Host.Services.GetServices<IHostedService>().OfType<Announcer>().Single();
            await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
            var busy = await session.AdvancedSql.QueryAsync<string>(
                """
                select concat_ws(' ', pid, state, wait_event, now() - xact_start, pg_blocking_pids(pid)::text, left(query, 200))
                from pg_stat_activity where datname = current_database() and usename = current_user and state <> 'idle'
                """, TestContext.Current.CancellationToken);
            return $"{await AskAsync("select count(*) from commerce.stock_changed")} changes of stock wait, the announcer is "
                + $"{announcer.ExecuteTask?.Status}, and commerce does: {string.Join("; ", busy)}";
        });

    private async Task<long> AskAsync(string sql)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().QuerySession();
        return (await session.AdvancedSql.QueryAsync<long>(sql, TestContext.Current.CancellationToken)).Single();
    }

    private async Task<bool> NotedAsync(string sku, int available, TimeSpan after = default)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        await session.StartTransactionAsync(TestContext.Current.CancellationToken);
        var news = await LowStock.NoteAsync(
            session, new Dictionary<string, int>(StringComparer.Ordinal) { [sku] = available }, new(5), DateTimeOffset.UtcNow + after,
            TestContext.Current.CancellationToken);
        // The announcer sends a message with it; a session that has nothing to save does not commit.
        session.QueueSqlCommand("select 1");
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        return news.Count > 0;
    }

    private async Task<IEnumerable<string>> TakenAsync()
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        var report = await LowStock.TakeAsync(session, new(6), DateTimeOffset.UtcNow, TestContext.Current.CancellationToken);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        return report?.Items.Select(x => x.Sku) ?? [];
    }

    /// <summary>The SKUs of this spec in a report that is made now, with how many of each are left.</summary>
    private async Task<IEnumerable<(string Sku, int Available)>> ReportAsync()
    {
        await AnnouncedAsync();
        var messages = await Host.InvokeMessageAndWaitAsync(new ReportLowStock());
        return messages.Sent.MessagesOf<StockLowNotice>().SelectMany(x => x.Items)
            .Where(x => x.Sku.Contains(Tag, StringComparison.OrdinalIgnoreCase)).Select(x => (x.Sku, x.Available)).Order();
    }
}
