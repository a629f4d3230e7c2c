using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>Collects the metrics of a process that has an address for its operators, and shows them there.</summary>
internal static class TelemetrySetup
{
    /// <summary>Where Prometheus reads them.</summary>
    public const string Path = "/metrics";

    private const int MostSeries = 5_000;

    private static readonly double[] SqlBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 20];

    /// <param name="gauges">What the hosted contexts read from their tables, by role.</param>
    public static void AddTelemetry(
        this WebApplicationBuilder builder, ActiveContexts contexts, ActiveRoles roles, ILookup<string, DatabaseGauge> gauges)
    {
        if (OperatorsListener.From(builder.Configuration) is null) return;
        var services = builder.Services;
        services.AddSingleton<RequestMetrics>();
        services.AddSingleton<MetricsReader>();
        services.AddSingleton<ConnectionMetrics>();
        services.AddSingleton<CacheMetrics>();
        services.AddSingleton<ProcessMetrics>();
        if (roles.HostsGateway && contexts.Dormant.Count > 0) services.AddSingleton<CircuitMetrics>();
        services.AddHostedService<HealthMetrics>();
        if (roles.HostsGateway) services.AddHostedService<CertificateExpiry>();
        services.AddHostedService<StreamMetrics>();
        if (contexts.Active.Count > 0) services.AddHostedService(x => ActivatorUtilities.CreateInstance<DatabaseGauges>(x, gauges));
        services.AddOpenTelemetry().WithMetrics(metrics => metrics
            .AddMeter(ShopMeter.Name, ConnectionMetrics.NpgsqlMeter, "System.Runtime")
            .AddView(x => x.Meter.Name == ConnectionMetrics.NpgsqlMeter ? OfNpgsql(x.Name)
                : ProcessMetrics.Replaces(x.Name) ? MetricStreamConfiguration.Drop : Bounded)
            .AddPrometheusExporter(Exact));
    }

    /// <summary>
    /// Counts every request, and answers those that came to the operators' address: the metrics, and the health of the process.
    /// </summary>
    /// <param name="more">Answers other requests of operators.</param>
    public static void UseTelemetry(this WebApplication app, Action<IApplicationBuilder> more)
    {
        if (app.Services.GetService<RequestMetrics>() is not { } requests) return;
        _ = app.Services.GetRequiredService<ConnectionMetrics>();
        _ = app.Services.GetRequiredService<CacheMetrics>();
        _ = app.Services.GetRequiredService<ProcessMetrics>();
        _ = app.Services.GetService<CircuitMetrics>();
        var metrics = app.Services.GetRequiredService<MetricsReader>();
        metrics.ReadFrom(app);
        app.MapWhen(OperatorsListener.IsOperatorRequest, operators =>
        {
            operators.UseProblems();
            operators.Use(Metrics(metrics, app.Services.GetService<TracerProvider>()));
            more(operators);
            operators.Run(AnswerAsync);
        });
        app.Use(requests.CountAsync);
    }

    /// <summary>Counts at the edge what the endpoints of contexts answer; comes last before the endpoints.</summary>
    public static void UseTelemetryOfContexts(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<ActiveRoles>().HostsGateway) return;
        if (app.Services.GetService<RequestMetrics>() is { } requests) app.Use(requests.CountAtEndpointAsync);
    }

    private static Func<HttpContext, RequestDelegate, Task> Metrics(MetricsReader metrics, TracerProvider? traces) => async (http, next) =>
    {
        if (http.Request.Path != Path)
        {
            await next(http);
            return;
        }

        // Without traces there is nothing that the older format cannot show.
        var isOpenMetrics = traces is not null && OpenMetricsText.IsAskedFor(http.Request);
        var text = await metrics.ReadAsync(isOpenMetrics);
        http.Response.ContentType = isOpenMetrics ? OpenMetricsText.ContentType : MetricsReader.ContentType;
        await http.Response.WriteAsync(isOpenMetrics ? OpenMetricsText.Of(text) : text, http.RequestAborted);
    };

    private static Task AnswerAsync(HttpContext http) =>
        http.GetEndpoint() is { RequestDelegate: { } answer } endpoint && endpoint.Metadata.GetMetadata<ForOperators>() is not null
            ? answer(http)
            : Problems.WriteAsync(http, Problem.Of(StatusCodes.Status404NotFound, "operators.not_found", "Nothing is served here",
                $"This address serves {Path}, {HealthEndpoints.Path} and /ops: requests of the shop go to another one."));

    private static MetricStreamConfiguration Bounded => new() { CardinalityLimit = MostSeries };

    // Of all that Npgsql measures, how long the statements take; by pool and by kind of error it would be a hundred series.
    private static MetricStreamConfiguration OfNpgsql(string instrument) => instrument == "db.client.operation.duration"
        ? new ExplicitBucketHistogramConfiguration
        {
            Name = "postgres_command_duration",
            Description = "Time of one statement to PostgreSQL.",
            TagKeys = [],
            Boundaries = SqlBuckets,
        }
        : MetricStreamConfiguration.Drop;

    // The names and labels that the program documents, and no others.
    private static void Exact(PrometheusAspNetCoreOptions prometheus)
    {
        prometheus.ScopeInfoEnabled = false;
        prometheus.TargetInfoEnabled = false;
        // Each reading is a fresh one: the health of the process must not be older than it looks.
        prometheus.ScrapeResponseCacheDurationMilliseconds = 0;
    }
}
