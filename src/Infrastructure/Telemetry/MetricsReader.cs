using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>Reads the metrics of this process as Prometheus does.</summary>
internal sealed class MetricsReader(RequestMetrics requests, IServiceProvider services)
{
    /// <summary>Of the text format.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private RequestDelegate? exporter;

    /// <summary>Called once, before the first reading.</summary>
    public void ReadFrom(IApplicationBuilder app)
    {
        var own = app.New();
        own.UseOpenTelemetryPrometheusScrapingEndpoint(_ => true);
        exporter = own.Build();
    }

    /// <summary>All numbers in the text format: those of the exporter, and those of requests.</summary>
    /// <param name="withExemplars">Name a trace per bucket, which only OpenMetrics allows.</param>
    /// <exception cref="InvalidOperationException">The exporter could not read them.</exception>
    public async Task<string> ReadAsync(bool withExemplars = false)
    {
        using var exported = new MemoryStream();
        // In its other format the exporter writes le="1.0" for le="1", and adds the time of creation to each series.
        var http = new DefaultHttpContext { RequestServices = services, Request = { Headers = { Accept = "text/plain" } } };
        http.Response.Body = exported;
        await exporter!(http);
        if (http.Response.StatusCode != StatusCodes.Status200OK)
            throw new InvalidOperationException($"The exporter of the metrics answered {http.Response.StatusCode}.");
        var text = new StringBuilder(Encoding.UTF8.GetString(exported.ToArray()));
        requests.Write(text, withExemplars);
        return text.ToString();
    }
}
