using System.Globalization;
using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Catalogue;
using Aarya.Features.Content.Compaction;
using Aarya.Features.Content.Store;
using Aarya.Infrastructure.Postgres;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Aarya.Specs.Content.Analytics;

/// <summary>The reports that administrators read, over counts of a time in which the specs count nothing else.</summary>
[StoryOf(typeof(GetSalesEndpoint), typeof(GetSalesOriginsEndpoint), typeof(GetTopEndpoint), typeof(GetFunnelEndpoint))]
public sealed class ReportsSpec(AaryaFixture fixture) : Spec(fixture), IAsyncLifetime
{
    private const string Range = "from=2019-04-01&to=2019-04-30";

    // Products of this spec, so that no other product has the SKUs of the counts.
    private readonly Guid kurta = Guid.NewGuid();

    private string admin = "";

    public async ValueTask InitializeAsync()
    {
        admin = await Host.TokenFor("admin");
        var content = Host.Services.GetRequiredService<ContextDatabases>().Of(Features.Roles.Content);
        await using var source = NpgsqlDataSource.Create(content);
        await using var insert = source.CreateCommand("""
            delete from content.analytics_day where day < '2020-01-01';
            delete from content.stream_cursor where stream = 'analytics:sums';
            insert into content.analytics_day (day, kind, subject, source, device, count) values
              ('2019-04-01', 'purchase', '', '', '', 2), ('2019-04-01', 'revenue', '', '', '', 100001),
              ('2019-04-01', 'purchased_item', '', '', '', 3), ('2019-04-01', 'purchased_item', 'KURTA-M', '', '', 2),
              ('2019-04-01', 'purchased_item', 'BELT-32', '', '', 1), ('2019-04-01', 'revenue_of_item', 'BELT-32', '', '', 70000),
              ('2019-04-01', 'revenue_of_item', 'KURTA-M', '', '', 30001),
              ('2019-04-07', 'refund', '', '', '', 1), ('2019-04-07', 'refunded', '', '', '', 50000),
              ('2019-04-30', 'purchase', '', 'newsletter', 'phone', 1), ('2019-04-30', 'revenue', '', 'newsletter', 'phone', 29900),
              ('2019-04-07', 'refund', '', 'newsletter', 'tablet', 1), ('2019-04-07', 'refunded', '', 'newsletter', 'tablet', 9900),
              ('2019-04-02', 'product_view', '{1}', '', '', 40), ('2019-04-02', 'product_view', 'no id', '', '', 3),
              ('2019-03-31', 'purchase', '', '', '', 1), ('2019-03-31', 'revenue', '', '', '', 11100),
              ('2019-03-01', 'purchase', '', '', '', 9), ('2019-05-01', 'purchase', '', '', '', 9),
              ('2019-04-02', 'page_view', '', 'newsletter', 'phone', 10), ('2019-04-02', 'page_view', '', '', 'desktop', 5),
              ('2019-04-02', 'page_view', '=cmd()', '', '', 15),
              ('2019-04-02', 'product_view', '', 'newsletter', 'phone', 40), ('2019-04-03', 'add_to_cart', '', '', '', 12),
              ('2019-04-03', 'checkout_step', '', '', 'phone', 16), ('2019-04-03', 'checkout_step', 'address', '', '', 10),
              ('2019-04-03', 'checkout_step', 'payment', '', '', 6), ('2019-04-03', 'lost', '', '', '', 7),
              ('2019-04-02', 'search', '', '', '', 9), ('2019-04-02', 'search', 'red saree', '', '', 4),
              ('2019-04-09', 'search', 'red saree', '', '', 3), ('2019-04-02', 'search', 'rare words', '', '', 2),
              ('2019-04-02', 'search_without_results', 'snorkel, blue', '', '', 3);
            insert into content.analytics_day (day, kind, subject, source, device, count)
            select date_trunc('month', day), kind || '.month', subject, source, device, sum(count) from content.analytics_day
            where day < '2020-01-01' group by 1, 2, 3, 4, 5
            """.Replace("{1}", $"{kurta:D}", StringComparison.Ordinal));
        await insert.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        await Host.Services.GetRequiredService<Compactor>().PrepareAsync(TestContext.Current.CancellationToken);
        await using var session = Host.Services.GetRequiredService<IContentStore>().LightweightSession();
        KnownProduct.Remember(
            session,
            [
                new(kurta, 1, "Khadi Kurta, long", "kurtas", ["KURTA-M", "KURTA-S"]),
                new(Guid.NewGuid(), 1, "Leather Belt", "accessories", ["BELT-32"]),
            ]);
        await session.SaveChangesAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task sales_add_up_per_period_in_all_and_for_the_days_before()
    {
        var report = await GetAsync($"sales?{Range}&by=week");

        var weeks = report.GetProperty("items").EnumerateArray()
            .Select(x => (Text(x, "from"), Text(x, "to"), (int)Number(x, "orders"))).ToList();
        Assert.Equal([("2019-04-01", "2019-04-07", 2), ("2019-04-08", "2019-04-14", 0), ("2019-04-15", "2019-04-21", 0),
            ("2019-04-22", "2019-04-28", 0), ("2019-04-29", "2019-04-30", 1)], weeks);
        var total = report.GetProperty("total");
        Assert.Equal((3, 3, 2), (Number(total, "orders"), Number(total, "items"), Number(total, "refunds")));
        Assert.Equal((129_901, 43_300, 59_900, 70_001),
            (Amount(total, "revenue"), Amount(total, "averageOrder"), Amount(total, "refunded"), Amount(total, "net")));
        var before = report.GetProperty("before");
        Assert.Equal(("2019-03-02", "2019-03-31", 1, 11_100),
            (Text(before, "from"), Text(before, "to"), Number(before, "orders"), Amount(before, "revenue")));
    }

    [Theory]
    [InlineData("day", 30)]
    [InlineData("month", 1)]
    public async Task sales_have_every_period_also_those_without_an_order(string by, int periods)
    {
        var report = await GetAsync($"sales?{Range}&by={by}");

        var items = report.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(periods, items.Count);
        Assert.Equal(3, items.Sum(x => Number(x, "orders")));
    }

    [Fact]
    public async Task the_range_is_the_last_thirty_days_by_default()
    {
        var report = await GetAsync("sales");

        var today = IndianDay.Of(DateTimeOffset.UtcNow);
        Assert.Equal(30, report.GetProperty("items").GetArrayLength());
        Assert.Equal(Day(today.AddDays(-29)), Text(report.GetProperty("total"), "from"));
        Assert.Equal(Day(today), Text(report.GetProperty("total"), "to"));
        Assert.Equal("2019-04-30", Text((await GetAsync("sales?from=2019-04-01")).GetProperty("total"), "to"));
        Assert.Equal("2019-04-01", Text((await GetAsync("sales?to=2019-04-30")).GetProperty("total"), "from"));
    }

    [Theory]
    [InlineData("sold", "KURTA-M 2, BELT-32 1")]
    [InlineData("revenue", "BELT-32 70000, KURTA-M 30001")]
    [InlineData("searches", "red saree 7")]
    [InlineData("searches_without_results", "snorkel, blue 3")]
    [InlineData("carts", "")]
    [InlineData("categories", "accessories 70000, kurtas 30001")]
    [InlineData("categories_sold", "kurtas 2, accessories 1")]
    [InlineData("categories_viewed", "kurtas 40,  3")]
    public async Task the_top_is_by_its_count_and_rare_searches_are_left_out(string kind, string top)
    {
        var report = await GetAsync($"top?of={kind}&{Range}");

        Assert.Equal(top,
            string.Join(", ", report.GetProperty("items").EnumerateArray().Select(x => $"{Text(x, "subject")} {Number(x, "count")}")));
        Assert.Equal(top.Length == 0 ? 0 : 1, (await GetAsync($"top?of={kind}&{Range}&limit=1")).GetProperty("items").GetArrayLength());
    }

    [Fact]
    public async Task products_of_the_top_have_their_names()
    {
        var sold = await GetAsync($"top?of=sold&{Range}");
        Assert.Equal(["Khadi Kurta, long", "Leather Belt"], sold.GetProperty("items").EnumerateArray().Select(x => Text(x, "name")));
        var viewed = (await GetAsync($"top?of=products&{Range}")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal("Khadi Kurta, long", Text(viewed[0], "name"));
        Assert.False(viewed[1].TryGetProperty("name", out _));
    }

    [Fact]
    public async Task sales_are_divided_by_the_origin_of_the_visit_largest_first()
    {
        var bySource = (await GetAsync($"sales/origins?{Range}")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(
            [("", 2, 3, 100_001, 1, 50_001), ("newsletter", 1, 0, 29_900, 1, 20_000)],
            bySource.Select(x => (Text(x, "value"), Number(x, "orders"), Number(x, "items"), Amount(x, "revenue"), Number(x, "refunds"),
                Amount(x, "net"))));
        var byDevice = (await GetAsync($"sales/origins?{Range}&by=device")).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["", "phone", "tablet"], byDevice.Select(x => Text(x, "value")));
        Assert.False(byDevice[2].TryGetProperty("averageOrder", out _));
        Assert.Equal(-9_900, Amount(byDevice[2], "net"));
    }

    [Fact]
    public async Task the_funnel_leads_from_the_view_to_the_purchase()
    {
        var report = await GetAsync($"funnel?{Range}&by=source");

        var total = report.GetProperty("total");
        Assert.Equal((40, 12, 6, 3), (Number(total, "productViews"), Number(total, "addedToCart"), Number(total, "checkouts"),
            Number(total, "purchases")));
        Assert.Equal(0.5, total.GetProperty("abandonedShare").GetDouble());
        Assert.Equal(7, Number(report, "lost"));
        Assert.Equal(["newsletter 10 40 0 0 1", " 5 0 12 16 2"], report.GetProperty("parts").EnumerateArray().Select(
            x => $"{Text(x, "value")} {Number(x, "pageViews")} {Number(x, "productViews")} {Number(x, "addedToCart")} "
                + $"{Number(x, "checkoutSteps")} {Number(x, "purchases")}"));
        Assert.False(report.GetProperty("before").TryGetProperty("abandonedShare", out _));
        Assert.False((await GetAsync($"funnel?{Range}")).TryGetProperty("parts", out _));
    }

    [Fact]
    public async Task each_report_is_also_a_csv_file_without_formulas()
    {
        Assert.Equal(
            "from,to,orders,items,revenue,average_order,refunds,refunded,net\r\n"
            + "2019-04-01,2019-04-30,3,3,1299.01,433.00,2,599.00,700.01\r\n",
            await FileAsync($"sales?{Range}&by=month&format=csv"));
        Assert.EndsWith("0,0,0.00,,2,599.00,-599.00\r\n", await FileAsync("sales?from=2019-04-07&to=2019-04-07&format=csv"),
            StringComparison.Ordinal);
        Assert.Equal(
            "value,orders,items,revenue,average_order,refunds,refunded,net\r\n,2,3,1000.01,500.01,1,500.00,500.01\r\n"
            + "newsletter,1,0,299.00,299.00,1,99.00,200.00\r\n",
            await FileAsync($"sales/origins?{Range}&format=csv"));
        Assert.Equal(
            "subject,count,name\r\nBELT-32,700.00,Leather Belt\r\nKURTA-M,300.01,\"Khadi Kurta, long\"\r\n",
            await FileAsync($"top?of=revenue&{Range}&format=csv"));
        Assert.Equal(
            "subject,count\r\naccessories,700.00\r\nkurtas,300.01\r\n", await FileAsync($"top?of=categories&{Range}&format=csv"));
        Assert.Equal("subject,count\r\n\"snorkel, blue\",3\r\n", await FileAsync($"top?of=searches_without_results&{Range}&format=csv"));
        Assert.Equal("subject,count\r\n'=cmd(),15\r\n", await FileAsync($"top?of=pages&{Range}&format=csv"));
        Assert.Equal(
            "period,product_views,added_to_cart,checkouts,purchases,abandoned_share\r\ntotal,40,12,6,3,0.5\r\nbefore,0,0,0,1,\r\n",
            await FileAsync($"funnel?{Range}&format=csv"));
        Assert.Equal(
            "value,page_views,product_views,added_to_cart,checkout_steps,purchases\r\nphone,10,40,0,16,1\r\ndesktop,5,0,0,0,0\r\n"
            + ",0,0,12,0,2\r\n",
            await FileAsync($"funnel?{Range}&by=device&format=csv"));
    }

    [Theory]
    [InlineData("sales?from=yesterday", "from")]
    [InlineData("sales?from=2019-02-30", "from")]
    [InlineData("sales?from=2019-04-02&to=2019-04-01", "to")]
    [InlineData("sales?from=2017-01-01&to=2019-04-01", "from")]
    [InlineData("sales?from=9999-12-31", "from")]
    [InlineData("sales?from=0001-01-01", "from")]
    [InlineData("sales?to=9999-12-31", "to")]
    [InlineData("sales?by=year", "by")]
    [InlineData("sales?format=xlsx", "format")]
    [InlineData("sales/origins?by=city", "by")]
    [InlineData("sales/origins?format=xlsx", "format")]
    [InlineData("sales/origins?from=2019-04-02&to=2019-04-01", "to")]
    [InlineData("top?limit=0", "limit")]
    [InlineData("top?limit=101", "limit")]
    [InlineData("top?to=0001-01-01", "to")]
    [InlineData("top?of=hats", "of")]
    [InlineData("funnel?by=city", "by")]
    [InlineData("funnel?format=pdf", "format")]
    public async Task a_wrong_parameter_is_refused_by_its_name(string path, string field)
    {
        var answer = await Host.Scenario(x =>
        {
            x.Get.Url($"/api/admin/analytics/{path}");
            x.WithBearerToken(admin);
            x.StatusCodeShouldBe(400);
        });
        var problem = JsonSerializer.Deserialize<JsonElement>(await answer.ReadAsTextAsync());
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), problem.ToString());
    }

    [Fact]
    public async Task only_administrators_read_them()
    {
        var support = await Host.TokenFor("support");
        foreach (var path in new[] { "sales", "sales/origins", "top", "funnel" })
        {
            await StatusAsync(path, 403, support);
            await StatusAsync(path, 401, null);
        }
    }

    private Task StatusAsync(string path, int status, string? token) => Host.Scenario(x =>
    {
        x.Get.Url($"/api/admin/analytics/{path}");
        if (token is not null) x.WithBearerToken(token);
        x.StatusCodeShouldBe(status);
    });

    private async Task<JsonElement> GetAsync(string path) =>
        JsonSerializer.Deserialize<JsonElement>(await TextAsync(path, "application/json"));

    private Task<string> FileAsync(string path) => TextAsync(path, "text/csv");

    private async Task<string> TextAsync(string path, string type)
    {
        var answer = await Host.Scenario(x =>
        {
            x.Get.Url($"/api/admin/analytics/{path}");
            x.WithBearerToken(admin);
        });
        Assert.StartsWith(type, answer.Context.Response.ContentType, StringComparison.Ordinal);
        return await answer.ReadAsTextAsync();
    }

    private static string Day(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string Text(JsonElement x, string name) => x.GetProperty(name).GetString()!;

    private static long Number(JsonElement x, string name) => x.GetProperty(name).GetInt64();

    private static long Amount(JsonElement x, string name) => x.GetProperty(name).GetProperty("amount").GetInt64();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
