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
using OpenTelemetry.Instrumentation.AspNetCore;
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
    // The instrumentation reads it; there is no option in code.
    private const string RpcOfServer = "OTEL_DOTNET_EXPERIMENTAL_ASPNETCORE_ENABLE_GRPC_INSTRUMENTATION";

    // A path may have the code of a link, a query what a person searches for, and the others are what a client is or sends.
    private static readonly string[] OfClient =
    [
        "url.path", "url.query", "user_agent.original", "network.peer.address", "network.peer.port", "server.address", "server.port",
        "http.request.method_original",
    ];

    private static readonly string[] Endpoints = ["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT"];

    /// <exception cref="StartupException">The endpoint is not a URL.</exception>
    public static void AddTraces(this WebApplicationBuilder builder, ActiveRoles roles)
    {
        DistributedContextPropagator.Current = new PropagatorWithoutBaggage();
        builder.Services.AddSingleton(DistributedContextPropagator.Current);
        ShopTraces.IsCollected = IsOn(builder.Configuration);
        builder.Services.AddHostedService(_ => new SpanListener(ShopTraces.IsCollected));
        if (!ShopTraces.IsCollected) return;
        builder.Configuration[RpcOfServer] = "true";
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());
        var node = NodeName.From(builder.Configuration);
        builder.Services.AddOpenTelemetry()
            .ConfigureResource(x => x.AddService(roles.ServiceName, "aarya", serviceInstanceId: $"{roles.ServiceName}@{node}")
                .AddEnvironmentVariableDetector())
            .WithTracing(traces => traces
                .AddSource(ShopTraces.SourceName, MessageSpans.SourceName, "Npgsql")
                .AddAspNetCoreInstrumentation(Describe)
                .AddGrpcClientInstrumentation(x => x.SuppressDownstreamInstrumentation = true)
                .AddHttpClientInstrumentation(Describe)
                .AddProcessor(new MessageSpans())
                .AddOtlpExporter());
    }

    /// <summary>Leaves live connections out of the traces: one lasts for hours, and is no request.</summary>
    public static void UseTraces(this WebApplication app)
    {
        if (!ShopTraces.IsCollected) return;
        app.Use((http, next) =>
        {
            // Of most requests no trace is sent.
            if (Activity.Current is { IsAllDataRequested: true } span && http.GetEndpoint() is { } endpoint
                && RequestRoute.Of(endpoint).IsLive)
            {
                span.IsAllDataRequested = false;
                span.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
            }

            return next(http);
        });
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

    private static void Describe(AspNetCoreTraceInstrumentationOptions incoming)
    {
        incoming.Filter = IsTraced;
        incoming.EnableAspNetCoreSignalRSupport = false;
        incoming.EnrichWithHttpResponse = static (span, response) =>
        {
            foreach (var name in OfClient) span.SetTag(name, null);
            if (response.HttpContext.GetEndpoint() is not { } endpoint || span.GetTagItem("rpc.method") is not null) return;
            var route = RequestRoute.Of(endpoint).Name;
            if (route == RequestRoute.None) return;
            span.SetTag("http.route", route);
            span.DisplayName = $"{span.GetTagItem("http.request.method")} {route}";
        };
    }

    // Probes come all the time.
    private static bool IsTraced(HttpContext http) => !OperatorsListener.IsOperatorRequest(http)
        && !http.Request.Path.StartsWithSegments(HealthEndpoints.Path, StringComparison.Ordinal);

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
