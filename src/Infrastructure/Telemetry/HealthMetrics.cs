using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Whether each service can serve, as this process sees it: the roles that it hosts, and at the edge the contexts behind it, too. Checked
/// so often that an outage shows within five seconds.
/// </summary>
internal sealed class HealthMetrics : Worker
{
    /// <summary>The time between two checks.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromSeconds(1.5);

    private readonly HealthReport report;
    private readonly ActiveRoles roles;
    private readonly ActiveContexts contexts;
    private volatile Measurement<int>[] values = [];

    public HealthMetrics(HealthReport report, ActiveRoles roles, ActiveContexts contexts, IMeterFactory meters, TimeProvider time,
        ILogger<HealthMetrics> log) : base(time, log)
    {
        (this.report, this.roles, this.contexts) = (report, roles, contexts);
        meters.Create(ShopMeter.Name).CreateObservableGauge("service_health_status", () => values, unit: null,
            "1 while the service can serve, else 0.");
    }

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        var health = await report.GetAsync();
        var down = health.Parts.Where(x => !x.IsUp).Select(x => x.Name).ToHashSet(StringComparer.Ordinal);
        var hosted = contexts.Active.Select(x => (x.Role, IsUp: !down.Contains($"postgres.{x.Role}") && !down.Contains("redis.state")));
        var behind = roles.HostsGateway ? contexts.Dormant.Select(x => (x.Role, IsUp: !down.Contains($"context.{x.Role}"))) : [];
        var edge = roles.HostsGateway ? [(Role: ActiveRoles.Gateway, IsUp: health.IsReady)] : Array.Empty<(string Role, bool IsUp)>();
        values =
        [
            .. hosted.Concat(behind).Concat(edge).Select(x =>
                new Measurement<int>(x.IsUp ? 1 : 0, new KeyValuePair<string, object?>("service", x.Role))),
        ];
        return Interval;
    }
}
