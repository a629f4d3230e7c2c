using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Npgsql;

namespace Aarya.Specs.Hosting;

/// <summary>A process with a quarter of a core, and as many shoppers as for a whole one, who never stop sending requests.</summary>
public sealed class StarvedSpec : IAsyncLifetime
{
    private const int Shoppers = 160;

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-starved-").FullName;
    private readonly CancellationTokenSource closing = new();
    private readonly Dictionary<int, int> answers = [];
    private SpecDatabase database = null!;
    private RedisServer redis = null!;
    private Severed way = null!;
    private HttpClient client = null!;
    private RoleProcess program = null!;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        redis = await RedisServer.StartAsync();
        var server = new NpgsqlConnectionStringBuilder(database.Url);
        way = new(server.Host!, server.Port);
        var url = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        var cut = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Host = "127.0.0.1", Port = way.Port };
        var settings = new Dictionary<string, string>
        {
            ["DATABASE_URL"] = cut.ConnectionString,
            ["REDIS_URL"] = redis.Url,
            ["AARYA_URLS"] = url,
            ["AARYA_SOCKET_DIR"] = folder,
            ["AARYA_RATE_LIMIT"] = "0",
            ["SANDBOX_DATA"] = folder,
            ["Logging__LogLevel__Default"] = "Warning",
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        };
        program = await RoleProcess.StartAsync("all", settings);
        client = new() { BaseAddress = new(url), Timeout = TimeSpan.FromMinutes(1) };
    }

    [Fact]
    public async Task it_serves_again_after_its_database_was_away_though_nobody_stops_asking()
    {
        var token = await GuestAsync();
        var shoppers = Enumerable.Range(0, Shoppers).Select(x => ShopAsync(token, x)).ToList();
        // Handlers that are compiled at their first use are compiled now.
        await ServedAsync("the shoppers are served", 1000);

        await using (Starve(program.Id))
        {
            await ServedAsync("they are served by a quarter of a core", 100);
            way.Cut();
            await UntilAsync("the shop answers 503", () => Task.FromResult(Count(503) > 0));
            way.Mend();

            await ServedAsync("they are served again", 100);
        }

        await closing.CancelAsync();
        await Task.WhenAll(shoppers);
        Assert.DoesNotContain(answers.Keys, x => x >= 500 && x != 503 && x != 504);
    }

    // The first requests wait until their handlers are compiled, some of them for too long.
    private async Task<string> GuestAsync()
    {
        string? token = null;
        await UntilAsync("there is a guest", async () =>
        {
            using var guest = await client.PostAsync("/api/auth/guest", null, TestContext.Current.CancellationToken);
            if (!guest.IsSuccessStatusCode) return false;
            var body = await guest.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            token = body.GetProperty("accessToken").GetString();
            return true;
        });
        return token!;
    }

    // Every request needs the database.
    private async Task ShopAsync(string token, int number)
    {
        string[] paths = ["/api/orders", "/api/notifications", "/api/search?q=kurta", "/api/recommendations"];
        while (!closing.IsCancellationRequested)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, paths[number++ % paths.Length]);
            request.Headers.Authorization = new("Bearer", token);
            try
            {
                using var answer = await client.SendAsync(request, closing.Token);
                lock (answers) answers[(int)answer.StatusCode] = answers.GetValueOrDefault((int)answer.StatusCode) + 1;
            }
            catch (Exception e) when (e is OperationCanceledException or HttpRequestException)
            {
                // The shop is closing, or took too long.
            }
        }
    }

    private int Count(int status)
    {
        lock (answers) return answers.GetValueOrDefault(status);
    }

    private async Task ServedAsync(string what, int times)
    {
        var before = Count(200);
        await UntilAsync(what, () => Task.FromResult(Count(200) >= before + times));
    }

    private Task UntilAsync(string what, Func<Task<bool>> isSo) => Eventually.HoldsAsync(what, isSo, instead: () =>
    {
        lock (answers) return Task.FromResult(string.Join(", ", answers.Select(x => $"{x.Value} times {x.Key}")));
    });

    // Stops the process for three quarters of the time: that works on every machine, and needs no control group.
    private static Holding Starve(int process) => new(Process.Start("sh",
        ["-c", $"while kill -STOP {process}; do sleep 0.075; kill -CONT {process}; sleep 0.025; done"])!, process);

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        client.Dispose();
        await program.DisposeAsync();
        await way.DisposeAsync();
        await redis.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private sealed class Holding(Process loop, int process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            loop.Kill();
            await loop.WaitForExitAsync();
            loop.Dispose();
            using var go = Process.Start("kill", ["-CONT", process.ToString(CultureInfo.InvariantCulture)]);
            await go.WaitForExitAsync();
        }
    }
}
