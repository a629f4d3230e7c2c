using System.Collections.Concurrent;
using PuppeteerSharp;

namespace Aarya.Specs.Support.Servers;

/// <summary>Chromium without a window, with one page. It keeps every address that the page asks for and every error.</summary>
internal sealed class Browser : IAsyncDisposable
{
    // As distributions name it; the first is the smallest.
    private static readonly string[] Programs = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];

    private readonly IBrowser browser;

    private Browser(IBrowser browser, IPage page)
    {
        (this.browser, Page) = (browser, page);
        page.DefaultTimeout = page.DefaultNavigationTimeout = (int)Eventually.Patience.TotalMilliseconds;
        page.Request += (_, e) => Asked.Enqueue(new(e.Request.Url));
        page.PageError += (_, e) => Errors.Enqueue(e.Message);
        page.Console += (_, e) =>
        {
            if (e.Message.Type is ConsoleType.Error or ConsoleType.Warning) Errors.Enqueue(e.Message.Text);
        };
    }

    public IPage Page { get; }

    public ConcurrentQueue<Uri> Asked { get; } = [];

    /// <summary>The errors and warnings of its console, and the exceptions of its scripts.</summary>
    public ConcurrentQueue<string> Errors { get; } = [];

    public static async Task<Browser> StartAsync()
    {
        var browser = await Puppeteer.LaunchAsync(new()
        {
            ExecutablePath = Installed(),
            // As root, and in most containers, Chromium does not start with its sandbox.
            Args = ["--no-sandbox"],
            HeadlessMode = HeadlessMode.Shell,
            Timeout = (int)Eventually.Patience.TotalMilliseconds,
        });
        return new(browser, (await browser.PagesAsync())[0]);
    }

    /// <summary>Makes the page see a system that is set to dark or to light.</summary>
    public Task PreferAsync(string scheme) => Page.EmulateMediaFeaturesAsync(
        [new() { MediaFeature = MediaFeature.PrefersColorScheme, Value = scheme }]);

    public ValueTask DisposeAsync() => browser.DisposeAsync();

    private static string Installed() =>
        Programs.SelectMany(x => Environment.GetEnvironmentVariable("PATH")!.Split(':').Select(y => Path.Combine(y, x)))
            .FirstOrDefault(File.Exists)
        ?? throw new InvalidOperationException("No Chromium is installed: sudo apt-get install -y chromium-headless-shell");
}
