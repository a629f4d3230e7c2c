using System.Diagnostics;

namespace Aarya.Bench;

/// <summary>A separate process with a bare Kestrel endpoint that does only the same work: the best that the machine can do.</summary>
public sealed class FloorServer : IAsyncDisposable
{
    private readonly Process process;

    private FloorServer(Process process, Uri url)
    {
        this.process = process;
        Url = url;
    }

    public Uri Url { get; }

    public int ProcessId => process.Id;

    /// <param name="args">The kind of floor and its arguments; see <see cref="ServeAsync"/>.</param>
    public static async Task<FloorServer> StartAsync(params string[] args)
    {
        var url = new Uri($"http://127.0.0.1:{Shop.FreePort()}");
        var process =
            Process.Start(new ProcessStartInfo("dotnet", [typeof(FloorServer).Assembly.Location, "floor", url.AbsoluteUri, .. args])
            {
                RedirectStandardOutput = true,
            })!;
        while (await process.StandardOutput.ReadLineAsync() is { } line && !line.StartsWith("ready", StringComparison.Ordinal))
        {
            // Skip Kestrel's own output.
        }

        if (process.HasExited) throw new InvalidOperationException("The floor did not start.");
        _ = process.StandardOutput.ReadToEndAsync();
        return new(process, url);
    }

    /// <summary>
    /// Serves until it is killed: `bytes FILE` answers a file's bytes, `cart URL SKUS` runs the cart's script, `argon2id` hashes a
    /// password.
    /// </summary>
    public static async Task ServeAsync(string url, string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url).ConfigureKestrel(x => x.AddServerHeader = false);
        var app = builder.Build();
        switch (args[0])
        {
            case "bytes":
                MapBytes(app, await File.ReadAllBytesAsync(args[1]));
                break;
            case "cart":
                CartFloor.Map(app, args[1], args[2]);
                break;
            case "argon2id":
                LogInFloor.Map(app);
                break;
            default:
                throw new ArgumentException($"There is no floor '{args[0]}'.", nameof(args));
        }

        await app.StartAsync();
        Console.WriteLine("ready");
        await app.WaitForShutdownAsync();
    }

    private static void MapBytes(WebApplication app, byte[] bytes) => app.MapGet("/{**path}", context =>
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        context.Response.ContentLength = bytes.Length;
        return context.Response.Body.WriteAsync(bytes).AsTask();
    });

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
