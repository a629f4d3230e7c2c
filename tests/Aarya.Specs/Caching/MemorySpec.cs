using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using Aarya.Features;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;

namespace Aarya.Specs.Caching;

/// <summary>
/// A process gets requests that all differ: from made-up addresses, with made-up cursors, filters, SKUs, tokens and hosts.
/// </summary>
public sealed class MemorySpec(AaryaFixture fixture) : IAsyncLifetime
{
    // SPECS_REQUESTS=1000000 sends more requests than a run of all specs has time for.
    private static readonly int Requests =
        Environment.GetEnvironmentVariable("SPECS_REQUESTS") is { } more ? int.Parse(more, CultureInfo.InvariantCulture) : 12_000;

    private const int Clients = 6;
    private const long Most = 300L * 1024 * 1024;

    // A Debug build has the compiler of its handlers in memory; this spec measures the program as in production.
    private const string Main = """
        return await Aarya.Infrastructure.Hosting.AaryaHost.RunAsync(args, Aarya.Features.Modules.All);
        """;

    private StaticProgram? program;
    private SpecDatabase database = null!;
    private RoleProcess shop = null!;
    private Uri url = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        url = new($"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}");
        Dictionary<string, string> settings = new()
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = fixture.Redis.Url,
            ["AARYA_URLS"] = url.ToString(),
            ["AARYA_TRUSTED_PROXIES"] = "127.0.0.1",
            ["Logging__LogLevel__Default"] = "Warning",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        };
        if (ChildProgram.Release is null) program = await StaticProgram.BuildAsync(Main);
        var seeded = await ChildProgram.AaryaAsync(["seed", "--size", "demo"], settings);
        Assert.True(seeded.ExitCode == 0, seeded.Error);
        shop = await RoleProcess.StartAsync("all", settings, program?.Path);
    }

    [Fact]
    public async Task stays_small_and_answers_them_all()
    {
        var asked = 0;
        var largest = 0L;
        var failures = 0;
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            using var http = new HttpClient { BaseAddress = url };
            while (Interlocked.Increment(ref asked) is var n && n <= Requests)
            {
                using var request = Different(n);
                using var answer = await http.SendAsync(request, Cancel);
                if ((int)answer.StatusCode >= 500) Interlocked.Increment(ref failures);
                if (n % 200 == 0) InterlockedMax(ref largest, Resident());
            }
        })));

        Assert.Equal(0, failures);
        Assert.True(largest <= Most, $"the process took {largest / 1024 / 1024} MB");
    }

    // All of them differ, so that each would be an entry of its own in every cache and counter.
    private static HttpRequestMessage Different(int n)
    {
        var made = Guid.NewGuid().ToString("N");
        var cursor = new PageCursor(DateTimeOffset.UtcNow.AddSeconds(n), Guid.NewGuid()).ToString();
        var request = (n % 8) switch
        {
            0 => new HttpRequestMessage(HttpMethod.Get, $"/api/search?q={made[..6]}&limit=100"),
            1 => new(HttpMethod.Get, $"/api/search?minPrice={n}&limit=100"),
            2 => new(HttpMethod.Get, $"/api/search/suggest?q=k{made[..4]}"),
            3 => new(HttpMethod.Get, $"/api/products/{made}"),
            4 => new(HttpMethod.Get, $"/api/products?limit=100&cursor={cursor}"),
            5 => new(HttpMethod.Get, $"/media/products/{made}.svg"),
            6 => new(HttpMethod.Post, "/api/cart/items")
            {
                Content = new StringContent($$"""{"sku":"{{made}}","quantity":1}""", Encoding.UTF8, "application/json"),
            },
            _ => new(HttpMethod.Get, $"/api/search?maxPrice={1_000_000 + n}&limit=100"),
        };
        request.Headers.Add("X-Forwarded-For", $"2001:db8:{n >> 8:x}:{n & 255:x}::1");
        request.Headers.Add("X-Forwarded-Host", $"{made}.example");
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("made", made));
        const string head = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6I";
        if (n % 3 == 0) request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {head}{made}.e30.AAAA");
        return request;
    }

    // The resident set in bytes; Linux counts it in pages.
    private long Resident() =>
        long.Parse(File.ReadAllText($"/proc/{shop.Id}/statm").Split(' ')[1], CultureInfo.InvariantCulture) * Environment.SystemPageSize;

    private static void InterlockedMax(ref long most, long value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
            if (Interlocked.CompareExchange(ref most, value, seen) == seen) return;
    }

    public async ValueTask DisposeAsync()
    {
        await shop.DisposeAsync();
        await database.DisposeAsync();
        program?.Dispose();
        GC.SuppressFinalize(this);
    }
}
