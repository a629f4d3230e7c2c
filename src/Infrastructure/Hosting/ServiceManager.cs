using System.Globalization;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Hosting;

/// <summary>
/// Reports to systemd, if it has started the process with <c>Type=notify</c>: <c>READY=1</c> when the process serves, <c>STOPPING=1</c> at
/// its end, and <c>WATCHDOG=1</c> three times per <c>WatchdogSec</c>. A process whose threads all hang does not report: systemd ends it and
/// starts another one. Source: sd_notify(3), sd_watchdog_enabled(3).
/// </summary>
internal sealed class ServiceManager(
    ISystemdNotifier systemd, IConfiguration configuration, IHostApplicationLifetime lifetime, TimeProvider time,
    ILogger<ServiceManager> log)
    : Worker(time, log)
{
    private readonly TimeSpan? watchdog = WatchdogOf(configuration);
    private bool isReady;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (!systemd.IsEnabled) return null;
        if (!isReady)
        {
            lifetime.ApplicationStopping.Register(() => systemd.Notify(ServiceState.Stopping));
            systemd.Notify(ServiceState.Ready);
            isReady = true;
        }

        if (watchdog is not { } term) return null;
        // The report is for the thread pool, which runs every request: it says that the pool still begins new work.
        await Task.Run(() => systemd.Notify(new("WATCHDOG=1")), stopping);
        return term / 3;
    }

    /// <summary>The time within which systemd expects a report of this process; null when it expects none.</summary>
    /// <exception cref="StartupException">WATCHDOG_USEC is not a positive whole number.</exception>
    internal static TimeSpan? WatchdogOf(IConfiguration configuration)
    {
        if (configuration["WATCHDOG_USEC"] is not { Length: > 0 } text) return null;
        // For another process of the service, such as a shell that has started this one.
        if (configuration["WATCHDOG_PID"] is { Length: > 0 } pid
            && pid != Environment.ProcessId.ToString(CultureInfo.InvariantCulture)) return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var microseconds) && microseconds > 0
            ? TimeSpan.FromMicroseconds(microseconds)
            : throw new StartupException($"WATCHDOG_USEC is '{text}': it must be a positive whole number of microseconds.");
    }
}
