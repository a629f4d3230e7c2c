using System.Net;
using Aarya.Infrastructure.Contexts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Hosting;

/// <summary>A process that is about to stop says so before it stops.</summary>
public sealed class DrainingSpec
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task a_process_that_stops_is_not_ready_at_first_and_serves_meanwhile()
    {
        await using var shop = await SplitShop.StartAsync();
        var process = await shop.StartRoleAsync(ActiveRoles.All, ("AARYA_DRAIN_SECONDS", "10"));
        using var http = shop.Client();
        using var before = await http.GetAsync("/health/ready", Cancel);
        Assert.Equal(HttpStatusCode.OK, before.StatusCode);

        var stopping = process.StopAsync();
        await Eventually.HoldsAsync("the process says that it drains", async () =>
        {
            using var ready = await http.GetAsync("/health/ready", Cancel);
            var text = await ready.Content.ReadAsStringAsync(Cancel);
            return ready.StatusCode == HttpStatusCode.ServiceUnavailable && text.Contains("health.draining", StringComparison.Ordinal);
        });
        using var shopping = await http.GetAsync("/api/products", Cancel);
        Assert.Equal(HttpStatusCode.OK, shopping.StatusCode);
        using var alive = await http.GetAsync("/health/live", Cancel);
        Assert.Equal(HttpStatusCode.OK, alive.StatusCode);

        await stopping;
        Assert.False(process.IsRunning);
    }
}
