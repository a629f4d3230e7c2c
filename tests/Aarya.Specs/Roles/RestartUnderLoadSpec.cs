using System.Collections.Concurrent;
using System.Net;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Roles;

using Roles = Features.Roles;

/// <summary>Real processes under real load: what a deploy costs the shoppers.</summary>
public sealed class RestartUnderLoadSpec(RestartUnderLoadSpec.Shop running) : IClassFixture<RestartUnderLoadSpec.Shop>
{
    private const int Clients = 8;

    // Shoppers pause, so that the starting process gets a share of the processors.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    // How many requests are answered before the restart, and after it.
    private const int AtLeast = 100;

    private readonly SplitShop shop = running.Split;

    [Fact]
    public async Task a_context_restarted_under_load_costs_no_request()
    {
        var (answers, slowest) = await UnderLoadAsync(async () =>
        {
            await shop.Role(Roles.Core).StopAsync();
            Assert.False(File.Exists(Path.Combine(shop.Sockets, "core.sock")));
            await shop.StartRoleAsync(Roles.Core);
        });

        NoneFailed(answers);
        TestContext.Current.SendDiagnosticMessage("restart: {0} requests, none failed, the slowest took {1:F0} ms", answers.Count,
            slowest.TotalMilliseconds);
    }

    [Fact]
    public async Task a_new_version_takes_the_socket_over_before_the_old_one_stops_and_costs_no_request()
    {
        var old = shop.Role(Roles.Core);
        var (answers, slowest) = await UnderLoadAsync(async () =>
        {
            await shop.StartRoleAsync(Roles.Core, ("AARYA_SOCKET_TAKEOVER", "true"));
            await old.StopAsync();
        });

        NoneFailed(answers);
        Assert.True(File.Exists(Path.Combine(shop.Sockets, "core.sock")));
        TestContext.Current.SendDiagnosticMessage("takeover: {0} requests, none failed, the slowest took {1:F0} ms", answers.Count,
            slowest.TotalMilliseconds);
    }

    [Fact]
    public async Task a_second_process_of_a_role_refuses_in_one_line_and_leaves_the_first_alone()
    {
        var (code, output) = await RoleProcess.RefuseAsync(Roles.Core, shop.SettingsOf(Roles.Core));

        Assert.Equal(1, code);
        Assert.Equal(
            $"aarya: Another process is serving {shop.Sockets}/core.sock: stop it first, or set AARYA_SOCKET_TAKEOVER=true to take its "
            + $"place.", output.Split('\n')[^1]);
        using var client = shop.Client();
        Assert.Equal("OK", await AskAsync(client, 0));
    }

    /// <summary>
    /// Runs a load before, during and after an action; returns the answer of each request, and the time of the slowest.
    /// </summary>
    private async Task<(ConcurrentBag<string> Answers, TimeSpan Slowest)> UnderLoadAsync(Func<Task> happen)
    {
        var answers = new ConcurrentBag<string>();
        var slowest = TimeSpan.Zero;
        using var done = new CancellationTokenSource();
        var load = Enumerable.Range(0, Clients).Select(_ => Task.Run(async () =>
        {
            using var client = shop.Client();
            for (var n = 0; !done.IsCancellationRequested; n++)
            {
                var began = TimeProvider.System.GetTimestamp();
                answers.Add(await AskAsync(client, n));
                var took = TimeProvider.System.GetElapsedTime(began);
                lock (shop) slowest = took > slowest ? took : slowest;
                await Task.Delay(Pause);
            }
        })).ToList();
        try
        {
            await MoreAsync();
            await happen();
            await MoreAsync();
        }
        finally
        {
            await done.CancelAsync();
            await Task.WhenAll(load);
        }

        return (answers, slowest);

        Task MoreAsync()
        {
            var wanted = answers.Count + AtLeast;
            return Eventually.HoldsAsync($"{wanted} answers", () => answers.Count >= wanted, TimeSpan.FromSeconds(60),
                () => $"{answers.Count}");
        }
    }

    private void NoneFailed(IReadOnlyCollection<string> answers)
    {
        var failed = answers.Where(x => x != "OK").ToList();
        Assert.True(failed.Count == 0,
            $"{failed.Count} of {answers.Count} failed, the first: {failed.FirstOrDefault()}\nThe gateway "
            + $"said:\n{shop.Role(ActiveRoles.Gateway).Output}");
    }

    // A read, and a write without a key, which must not be sent twice.
    private static async Task<string> AskAsync(HttpClient client, int n)
    {
        try
        {
            using var answer = n % 2 == 0
                ? await client.GetAsync(new Uri("/.well-known/jwks.json", UriKind.Relative))
                : await client.PostAsync(new Uri("/api/auth/guest", UriKind.Relative), new StringContent("{}", null, "application/json"));
            return answer.StatusCode == HttpStatusCode.OK ? "OK" : $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}";
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
        {
            return e.ToString();
        }
    }

    public sealed class Shop : IAsyncLifetime
    {
        public SplitShop Split { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Split = await SplitShop.StartAsync(ActiveRoles.Gateway, Roles.Core);
            // The first request of each kind compiles its handler; before a deploy all handlers are compiled.
            using var client = Split.Client();
            await AskAsync(client, 0);
            await AskAsync(client, 1);
        }

        public ValueTask DisposeAsync() => Split.DisposeAsync();
    }
}
