using System.Diagnostics;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Health;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Mesh;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Instrumentation.Http;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Aarya.Infrastructure.Telemetry;

/// <summary>
/// Collects the spans of a process and sends them to <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>; without that setting it collects none.
/// OpenTelemetry's standard variables, such as <c>OTEL_TRACES_SAMPLER</c>, set what is sent and how.
/// </summary>
internal static class TraceSetup
{
    private static readonly string[] Endpoints = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    /// <exception cref="StartupException">The endpoint is not a URL.</exception>
    public static void AddTraces(this WebApplicationBuilder builder, ActiveRoles roles)
    {
        DistributedContextPropagator.Current = new PropagatorWithoutBaggage();
        builder.Services.AddSingleton(DistributedContextPropagator.Current);
        ShopTraces.IsCollected = IsOn(builder.Configuration);
        builder.Services.AddHostedService(_ => new SpanListener(ShopTraces.IsCollected));
        if (!ShopTraces.IsCollected) return;
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        var node = NodeName.From(builder.Configuration);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(x => x.AddService(roles.ServiceName, "aarya", serviceInstanceId: $"{roles.ServiceName}@{node}")
                .AddEnvironmentVariableDetector())
            .WithTracing(traces => traces
                .AddSource(RequestSpans.SourceName, ShopTraces.SourceName, MessageSpans.SourceName, "Npgsql")
                .AddGrpcClientInstrumentation(x => x.SuppressDownstreamInstrumentation = true)
                .AddHttpClientInstrumentation(Describe)
                .AddProcessor(new MessageSpans())
                .AddOtlpExporter());
    }

    /// <summary>Describes the spans of requests; comes first.</summary>
    public static void UseTraces(this WebApplication app)
    {
        if (ShopTraces.IsCollected) app.Use(RequestSpans.DescribeAsync);
    }

    private static bool IsOn(IConfiguration configuration)
    {
        var isOn = false;
        foreach (var name in Endpoints)
        {
            if (configuration.Find(name) is not { } url) continue;
            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
                throw new StartupException($"{name} is '{url}': write the address of an OTLP collector, such as http://127.0.0.1:4317.");
            isOn = true;
        }

        return isOn;
    }

    private static void Describe(HttpClientTraceInstrumentationOptions outgoing)
    {
        // The program's own probes of its contexts belong to no request.
        outgoing.FilterHttpRequestMessage = static _ => Activity.Current?.Parent is { IsStopped: false };
        outgoing.EnrichWithHttpRequestMessage = static (span, request) =>
        {
            var template = OutgoingRequest.TemplateOf(request);
            // The path may have the code of a link, the authority a password, and the method may be made up by a client.
            if (request.RequestUri is { } uri)
                span.SetTag("url.full", $"{uri.GetComponents(UriComponents.SchemeAndServer, UriFormat.UriEscaped)}{template ?? "/"}");
            span.SetTag("http.request.method_original", null);
            if (template is null) return;
            span.SetTag("url.template", template);
            span.DisplayName = $"{request.Method} {template}";
        };
    }
}
