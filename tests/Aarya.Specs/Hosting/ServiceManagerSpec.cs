using System.Net.Sockets;
using System.Text;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Settings;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Microsoft.Extensions.Configuration;

namespace Aarya.Specs.Hosting;

/// <summary>What a process reports to systemd, over a real socket as systemd's.</summary>
public sealed class ServiceManagerSpec
{
    [Fact]
    public async Task a_process_reports_that_it_serves_that_it_lives_and_that_it_stops()
    {
        var path = Path.Combine(Path.GetTempPath(), $"aarya-notify-{Guid.NewGuid():N}");
        using var systemd = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        systemd.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            await using var shop = await SplitShop.StartAsync();
            var starting = shop.StartRoleAsync(ActiveRoles.Gateway, ("NOTIFY_SOCKET", path), ("WATCHDOG_USEC", "600000"));

            Assert.Equal("READY=1", await HearAsync());
            var process = await starting;
            for (var reports = 0; reports < 3; reports++) Assert.Equal("WATCHDOG=1", await HearAsync());

            var stopping = process.StopAsync();
            await Eventually.HoldsAsync("the process reports that it stops", async () => await HearAsync() == "STOPPING=1");
            await stopping;
        }
        finally
        {
            File.Delete(path);
        }

        async Task<string> HearAsync()
        {
            var buffer = new byte[200];
            var length = await systemd.ReceiveAsync(buffer, SocketFlags.None, TestContext.Current.CancellationToken)
                .AsTask().WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);
            return Encoding.UTF8.GetString(buffer, 0, length);
        }
    }

    [Fact]
    public void a_watchdog_is_for_the_process_that_systemd_names()
    {
        Assert.Null(Watchdog());
        Assert.Equal(TimeSpan.FromSeconds(30), Watchdog(("WATCHDOG_USEC", "30000000")));
        Assert.Equal(TimeSpan.FromSeconds(30), Watchdog(("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", $"{Environment.ProcessId}")));
        Assert.Null(Watchdog(("WATCHDOG_USEC", "30000000"), ("WATCHDOG_PID", "1")));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-5")]
    [InlineData("30s")]
    [InlineData("99999999999999999999")]
    public void a_term_that_is_no_number_of_microseconds_is_refused(string term) => Assert.Equal(
        $"WATCHDOG_USEC is '{term}': it must be a positive whole number of microseconds.",
        Assert.Throws<StartupException>(() => Watchdog(("WATCHDOG_USEC", term))).Message);

    private static TimeSpan? Watchdog(params (string Name, string Value)[] settings) => ServiceManager.WatchdogOf(
        new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(x => x.Name, x => (string?)x.Value)).Build());
}
