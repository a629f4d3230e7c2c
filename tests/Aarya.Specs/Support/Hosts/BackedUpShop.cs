using System.Diagnostics;
using System.Globalization;
using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Postgres;
using Aarya.Sandbox;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Specs.Support.Hosts;

/// <summary>
/// A shop on servers of the script, with a state folder of its own: an order, a backup, a second order, a moment, a third order. Then the
/// shop has ended and its servers are stopped; the payment provider still answers.
/// </summary>
public sealed class BackedUpShop : IAsyncLifetime
{
    private const string Parts = """
        set -euo pipefail
        for part in common packages servers build program backup restore; do . "$ROOT/deploy/script/$part.sh"; done
        need_build_tools() { :; }
        release_is_current() { true; }
        run_command() {
            export_settings
            dotnet "$PROGRAM" "$@"
        }
        """;

    // A restore starts four servers and the program, one after another.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    private readonly Dictionary<string, int> ports = new[] { "AARYA_PORT", "AARYA_SANDBOX_PORT", "AARYA_PG_PORT", "AARYA_REDIS_PORT" }
        .ToDictionary(x => x, _ => Ports.Free());

    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("aarya-backup-");
    private SandboxHost? provider;

    /// <summary>The numbers of the orders: one before the backup, two after it.</summary>
    public IReadOnlyList<string> Orders { get; private set; } = [];

    /// <summary>A moment between the second order and the third one.</summary>
    public DateTimeOffset Between { get; private set; }

    /// <summary>A key of Redis that the backup has.</summary>
    public string Cart { get; private set; } = "";

    /// <summary>The SKU of the orders.</summary>
    public string Sku { get; private set; } = "";

    public string Home => home.FullName;

    public string Backups => Path.Combine(Home, "backups");

    /// <summary>The folder of the backup.</summary>
    public string Backup => Directory.GetDirectories(Backups, "backup-*").Order().First();

    /// <summary>The folder of the archived log.</summary>
    public string Archive => Directory.GetDirectories(Backups, "wal-*").Single();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        // For the servers' user.
        File.SetUnixFileMode(Home, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
            | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        await SucceedsAsync("start_servers; export_settings");
        provider = await SandboxHost.StartAsync(new()
        {
            ApiKey = Secret("payment-api-key"),
            WebhookSecret = Secret("payment-webhook-secret"),
            DataFolder = Path.Combine(Home, "provider"),
            Listen = $"http://127.0.0.1:{Port("AARYA_SANDBOX_PORT")}",
            WebhookUrl = () => new($"http://127.0.0.1:{Port("AARYA_PORT")}/api/payments/webhooks/sandbox"),
        });
        await using (var migrating = Build())
        {
            await migrating.Services.GetRequiredService<Migrations>().ApplyAsync(CancellationToken.None);
        }

        await using (var shop = Build())
        {
            await shop.StartAsync(Cancel);
            Sku = await shop.Services.SellsAsync();
            var first = await OrderAsync(shop);
            using var guest = await GuestAsync(shop);
            Cart = (await SucceedsAsync("start_servers >/dev/null; tell_redis --scan --pattern 'cart:*'")).Trim().Split('\n')[0];
            await SucceedsAsync("backup");
            var second = await OrderAsync(shop);
            Between = DateTimeOffset.Parse(
                await SucceedsAsync("start_servers >/dev/null; ask_postgres 'select clock_timestamp()'"), CultureInfo.InvariantCulture);
            Orders = [first, second, await OrderAsync(shop)];
            await shop.StopAsync(CancellationToken.None);
        }

        // It archives the rest of its log before it ends.
        await SucceedsAsync("stop_servers");
    }

    private WebApplication Build() => AaryaHost.Build(
        [
            "--environment=Development", $"--urls=http://127.0.0.1:{Port("AARYA_PORT")}", "--AARYA_SOLO=true", "--AARYA_RATE_LIMIT=0",
            $"--AARYA_SOCKET_DIR={Home}", $"--DATABASE_URL={Url}", $"--PAYMENT_PROVIDER_URL=http://127.0.0.1:{Port("AARYA_SANDBOX_PORT")}",
            $"--REDIS_URL=redis://aarya:{Secret("redis-login")}@127.0.0.1:{Port("AARYA_REDIS_PORT")}",
            $"--PAYMENT_API_KEY={Secret("payment-api-key")}", $"--PAYMENT_WEBHOOK_SECRET={Secret("payment-webhook-secret")}",
            $"--ENCRYPTION_KEY={Secret("encryption-key")}",
        ], Modules.All);

    private string Url => $"postgres://aarya:{Secret("postgres")}@127.0.0.1:{Port("AARYA_PG_PORT")}/aarya";

    private string Port(string name) => ports[name].ToString(CultureInfo.InvariantCulture);

    /// <summary>The value of a secret of the shop.</summary>
    public string Secret(string name) => File.ReadAllText(Path.Combine(Home, "secrets", name)).Trim();

    // A guest with a piece in the cart.
    private async Task<HttpClient> GuestAsync(WebApplication shop)
    {
        var guest = new HttpClient { BaseAddress = new(shop.Urls.First()), Timeout = TimeSpan.FromMinutes(1) };
        var tokens = await SplitShop.SendAsync(guest, HttpMethod.Post, "/api/auth/guest");
        guest.DefaultRequestHeaders.Authorization = new("Bearer", tokens.GetProperty("accessToken").GetString());
        await SplitShop.SendAsync(guest, HttpMethod.Post, "/api/cart/items", new { sku = Sku, quantity = 1 });
        return guest;
    }

    // The number of a paid order.
    private async Task<string> OrderAsync(WebApplication shop)
    {
        using var guest = await GuestAsync(shop);
        var order = await SplitShop.OrderAsync(guest, "tok_approve", $"{Guid.NewGuid():D}");
        await Eventually.HoldsAsync("the order is confirmed", async () => (await SplitShop.SendAsync(
            guest, HttpMethod.Get, $"/api/orders/{order.GetProperty("id").GetGuid()}")).GetProperty("status").GetString() == "confirmed");
        return order.GetProperty("number").GetString()!;
    }

    /// <summary>Runs a line with the functions of the script, and returns its output.</summary>
    public async Task<string> SucceedsAsync(string line, params (string Name, string Value)[] settings)
    {
        var ended = await RunAsync(line, settings);
        Assert.True(ended.ExitCode == 0, $"{line}: {ended.Output}{ended.Error}");
        return ended.Output;
    }

    /// <summary>Runs a line with the functions of the script that must fail, and returns its one line of error.</summary>
    public async Task<string> FailsAsync(string line, params (string Name, string Value)[] settings)
    {
        var ended = await RunAsync(line, settings);
        Assert.True(ended.ExitCode == 1, $"{line}: {ended.ExitCode} {ended.Output}{ended.Error}");
        return Assert.Single(ended.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Runs a line with the functions of the script.</summary>
    public Task<ChildProgram> RunAsync(string line, params (string Name, string Value)[] settings)
    {
        const string TellRedis = "tell_redis() { REDISCLI_AUTH=$REDIS_PASSWORD redis-cli -p \"$REDIS_PORT\" \"$@\"; }";
        var start = new ProcessStartInfo("bash", ["-c", $"{Parts}\n{TellRedis}\ncd \"$ROOT\"\n{line}"]);
        foreach (var name in start.Environment.Keys.Where(x => x.Contains("_URL", StringComparison.Ordinal)).ToList())
            start.Environment.Remove(name);
        start.Environment["ROOT"] = Repository.Root;
        start.Environment["PROGRAM"] = ChildProgram.Release ?? ChildProgram.Debug;
        start.Environment["AARYA_HOME"] = start.Environment["XDG_RUNTIME_DIR"] = Home;
        // Its parts run without the script itself, which takes the lock.
        start.Environment["AARYA_LOCKED"] = "1";
        // The specs make more backups than are kept by default, and need the first one.
        start.Environment["AARYA_BACKUP_KEEP"] = "100";
        foreach (var (name, port) in ports) start.Environment[name] = port.ToString(CultureInfo.InvariantCulture);
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return ChildProgram.RunAsync(start, Longest);
    }

    public async ValueTask DisposeAsync()
    {
        await RunAsync("stop_servers");
        if (provider is not null) await provider.DisposeAsync();
        home.Delete(recursive: true);
    }
}
