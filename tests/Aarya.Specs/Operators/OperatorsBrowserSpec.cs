using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Aarya.Infrastructure.Operators;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Operators;

/// <summary>The operators' page as Chromium shows it: its script runs on the data of a real process.</summary>
public sealed partial class OperatorsBrowserSpec
{
    // The page runs its next round when the spec calls it, and not before: the spec compares what is shown with what was read.
    private const string ClockOfSpec = "window.setTimeout = (then, after) => { window.next = then; window.after = after; };";

    // The lines of the legends whose colour is nowhere in the drawing above.
    private const string Undrawn =
        """
        [...document.querySelectorAll('#charts figure')].flatMap(figure => {
            const canvas = figure.querySelector('canvas');
            if (!canvas) return [];
            const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d', { willReadFrequently: true });
            copy.drawImage(canvas, 0, 0);
            const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
            const isDrawn = color => {
                const wanted = color.match(/\d+/g).map(Number);
                for (let at = 0; at < data.length; at += 4)
                    if (data[at + 3] > 60 && wanted.every((x, i) => Math.abs(data[at + i] - x) < 12)) return true;
                return false;
            };
            return [...figure.querySelectorAll('.u-series')].slice(1)
                .filter(x => !isDrawn(getComputedStyle(x.querySelector('.u-marker')).borderTopColor))
                .map(x => `${figure.querySelector('h3').textContent}: ${x.querySelector('.u-label').textContent}`);
        })
        """;

    private static readonly string[] SomeLabels = ["one", "two", "three"];

    private static readonly Dictionary<string, double> Sizes = new(StringComparer.Ordinal)
    {
        [""] = 1,
        ["/s"] = 1,
        ["ms"] = 0.001,
        ["s"] = 1,
        ["min"] = 60,
        ["h"] = 3600,
        ["MiB"] = 1 << 20,
        ["GiB"] = 1 << 30,
    };

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task the_page_shows_what_it_reads_and_says_so_when_it_reads_nothing()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var shop = await SplitShop.StartAsync(redis, "core");
        await using var browser = await Browser.StartAsync();
        await LeaveHourAsync(redis);
        var page = browser.Page;
        await page.EvaluateExpressionOnNewDocumentAsync(ClockOfSpec);
        await page.EmulateTimezoneAsync("Asia/Tokyo");
        await browser.PreferAsync("light");

        var address = shop.OperatorsOf("core");
        var answered = page.WaitForResponseAsync(x => x.Url.EndsWith("/ops/data", StringComparison.Ordinal));
        await page.GoToAsync(new Uri(address, "/ops").ToString());
        var hour = JsonSerializer.Deserialize<JsonElement>(await (await answered).TextAsync());
        await page.WaitForExpressionAsync("window.next");

        Assert.Equal(15_000, await page.EvaluateExpressionAsync<int>("window.after"));
        await ShowsFiguresAsync(page, hour);
        await ShowsChartsAsync(page, hour);
        await ShowsNumbersAsync(page, hour);
        Assert.Contains("Asia/Tokyo", await TextAsync(page, "#at"), StringComparison.Ordinal);

        // The numbers of both schemes are those of the frame of all pages: Aarya.Infrastructure/Pages/HtmlPage.cs.
        await LooksAsync(page, "rgb(246, 243, 238)", "rgb(255, 255, 255)");
        await browser.PreferAsync("dark");
        await LooksAsync(page, "rgb(25, 22, 20)", "rgb(34, 30, 27)");

        Assert.Empty(browser.Errors);
        Assert.True(browser.Asked.Count > 5);
        Assert.All(browser.Asked, x => Assert.Equal(address.Authority, x.Authority));

        var before = await TextAsync(page, "#figures");
        await page.SetOfflineModeAsync(true);
        await page.EvaluateExpressionAsync("next()");
        Assert.Matches(@"^This process does not answer \(.+\)\. The page shows the numbers of \d\d:\d\d:\d\d\.$",
            await TextAsync(page, "#state"));
        Assert.Equal((before, true), (await TextAsync(page, "#figures"), await LooksOldAsync(page)));

        await page.SetOfflineModeAsync(false);
        await page.EvaluateExpressionAsync("next()");
        Assert.Contains("send samples.", await TextAsync(page, "#state"), StringComparison.Ordinal);
        Assert.False(await LooksOldAsync(page));
    }

    private static async Task ShowsFiguresAsync(PuppeteerSharp.IPage page, JsonElement hour)
    {
        var shown = await page.EvaluateExpressionAsync<string[][]>(
            "[...document.querySelectorAll('#figures > div')].map(x => [...x.children].map(y => y.textContent))");
        var figures = hour.GetProperty("figures").EnumerateArray().ToList();
        Assert.Equal(figures.Select(x => x.GetProperty("title").GetString()), shown.Select(x => x[0]));
        Assert.All(figures.Zip(shown), x => ShowsNumber(Number(x.First, "value"), x.Second[1]));
        Assert.Equal(figures.Select(x => x.GetProperty("isBad").GetBoolean()), shown.Select(x => x.Length == 3));
        Assert.All(shown.Where(x => x.Length == 3), x => Assert.Equal("limit reached", x[2]));
        // Both occur: the hour has an open circuit, and no message that waits for long.
        Assert.Equal(2, shown.Select(x => x.Length).Distinct().Count());
    }

    // Each chart of the data has a drawing with every line, or says that there is none, and is described in words.
    private static async Task ShowsChartsAsync(PuppeteerSharp.IPage page, JsonElement hour)
    {
        var shown = await page.EvaluateExpressionAsync<string[][]>(
            """
            [...document.querySelectorAll('#charts section')].flatMap(x => [...x.querySelectorAll('figure')].map(y => [
                x.querySelector('h2').textContent, y.querySelector('h3').textContent, y.querySelector('canvas')?.ariaLabel ?? '',
                ...[...y.querySelectorAll('.u-label')].slice(1).map(z => z.textContent)]))
            """);
        var charts = hour.GetProperty("charts").EnumerateArray().ToList();
        Assert.Equal(charts.Select(x => $"{Text(x, "group")}: {Text(x, "title")}").Order(), shown.Select(x => $"{x[0]}: {x[1]}").Order());
        foreach (var chart in charts)
        {
            var drawn = shown.Single(x => x[0] == Text(chart, "group") && x[1] == Text(chart, "title"));
            Assert.Equal(Lines(chart).Select(x => Text(x, "name")), drawn[3..]);
            Assert.All(Lines(chart), x => Assert.Contains($"{Text(x, "name")}: last ", drawn[2], StringComparison.Ordinal));
        }

        Assert.Empty(await page.EvaluateExpressionAsync<string[]>(Undrawn));
    }

    // For a reader who cannot see a chart, or has no pointer.
    private static async Task ShowsNumbersAsync(PuppeteerSharp.IPage page, JsonElement hour)
    {
        await page.FocusAsync("#shop-checkouts ~ details summary");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForExpressionAsync("document.querySelector('#shop-checkouts ~ details td')");
        var rows = await page.EvaluateExpressionAsync<string[][]>(
            """
            [...document.querySelectorAll('#shop-checkouts ~ details tr')].map(x => [...x.children].map(y => y.textContent))
            """);
        var chart = hour.GetProperty("charts").EnumerateArray().Single(x => Text(x, "title") == "Checkouts");
        Assert.Equal(["at", .. Lines(chart).Select(x => Text(x, "name"))], rows[0]);
        var from = hour.GetProperty("from").GetDateTimeOffset().ToOffset(TimeSpan.FromHours(9));
        var at = rows.Length - 1;
        foreach (var slot in Enumerable.Range(0, Sample.Kept))
        {
            var values = Lines(chart).Select(x => x.GetProperty("values")[slot].Deserialize<double?>()).ToList();
            if (values.TrueForAll(x => x is null)) continue;
            Assert.Equal((from + (slot * Sample.Step)).ToString("HH:mm:ss", CultureInfo.InvariantCulture), rows[at][0]);
            Assert.All(values.Zip(rows[at--][1..]), x => ShowsNumber(x.First, x.Second));
        }

        Assert.Equal(0, at);
    }

    private static async Task LooksAsync(PuppeteerSharp.IPage page, string ground, string card)
    {
        var now = "";
        await Eventually.HoldsAsync("the page has the colours of the scheme", async () =>
        {
            var undrawn = await page.EvaluateExpressionAsync<string[]>(Undrawn);
            var colours = await page.EvaluateExpressionAsync<string[]>(
                "[document.body, document.querySelector('figure')].map(x => getComputedStyle(x).backgroundColor)");
            now = string.Join("; ", [.. colours, .. undrawn]);
            return undrawn.Length == 0 && colours.SequenceEqual([ground, card]);
        }, instead: () => Task.FromResult(now));
    }

    private static Task<bool> LooksOldAsync(PuppeteerSharp.IPage page) => page.EvaluateExpressionAsync<bool>(
        "['services', 'figures', 'charts'].every(x => getComputedStyle(document.getElementById(x)).opacity < 1)");

    private static Task<string> TextAsync(PuppeteerSharp.IPage page, string selector) =>
        page.EvaluateFunctionAsync<string>("x => document.querySelector(x).textContent", selector);

    // Written with three digits at least, in the unit that suits its size.
    private static void ShowsNumber(double? value, string text)
    {
        if (value is not { } number)
        {
            Assert.Equal("–", text);
            return;
        }

        var parts = Written().Match(text);
        Assert.True(parts.Success && Sizes.ContainsKey(parts.Groups[2].Value), $"'{text}' is not a number with a unit.");
        var shown = double.Parse(parts.Groups[1].Value, NumberStyles.Number, CultureInfo.InvariantCulture)
            * Sizes[parts.Groups[2].Value];
        var step = text.StartsWith('₹') ? 0.5 : 0;
        Assert.InRange(shown, number - (Math.Abs(number) * 0.005) - step, number + (Math.Abs(number) * 0.005) + step);
    }

    // An earlier process has left an hour with a gap: a number for each measure and label. They differ, so that no line hides another.
    private static async Task LeaveHourAsync(RedisServer redis)
    {
        var known = new KnownMeasures(Features.Modules.All.Select(x => x.OperatorsView));
        var measures = known.Figures.Select(x => x.Measure).Concat(known.Charts.SelectMany(x => x.Series).Select(x => x.Measure))
            .Append(PlatformCharts.Health).DistinctBy(x => x.SampleName).ToList();
        // Two minutes to come are among them: on a busy machine the page opens late.
        var last = Sample.SlotOf(DateTimeOffset.UtcNow) + 8;
        var samples = Enumerable.Range(0, Sample.Kept).Where(x => x is < 50 or > 70).Select(x => new Sample(
            last - x, Sample.Step.TotalSeconds,
            measures.Index().SelectMany(y => NumbersOf(y.Item, y.Index, x)).ToDictionary(StringComparer.Ordinal)));
        var id = new SampledProcess("node-1", "all", 9001).Id;
        await redis.Database.HashSetAsync("metrics:{0}:ops", id, last);
        await redis.Database.HashSetAsync($"metrics:{{0}}:ops:{id}", [.. samples.Select(x =>
            new StackExchange.Redis.HashEntry(x.Slot % Sample.Kept, x.Write()))]);
    }

    private static IEnumerable<KeyValuePair<string, double>> NumbersOf(Measure measure, int index, int slot)
    {
        string[] labels = measure.Label is null ? [""] : SomeLabels;
        (string, double)[] bounds =
            measure.Kind == MeasureKind.Quantile ? [("0.1", 60), ("0.5", 96), ("2.5", 99), ("+Inf", 100)] : [("", 1)];
        foreach (var (at, label) in labels.Index())
        {
            var number = 3 + (index % 7) + (4 * at) + Math.Sin((slot + (9 * index)) / 20.0);
            foreach (var (bound, count) in bounds)
                yield return new(KnownMeasures.KeyOf(measure.SampleName, label, bound), Math.Round(number * count, 3));
        }
    }

    private static IEnumerable<JsonElement> Lines(JsonElement chart) => chart.GetProperty("lines").EnumerateArray();

    private static string Text(JsonElement of, string name) => of.GetProperty(name).GetString()!;

    private static double? Number(JsonElement of, string name) => of.TryGetProperty(name, out var value) ? value.GetDouble() : null;

    [GeneratedRegex(@"^₹?([\d,]+(?:\.\d+)?) ?(\D*)$")]
    private static partial Regex Written();
}
