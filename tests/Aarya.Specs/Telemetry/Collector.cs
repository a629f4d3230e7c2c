using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Aarya.Specs.Protos.Otlp;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Aarya.Specs.Telemetry;

/// <summary>A span as the collector got it.</summary>
/// <param name="Service">The process that made it.</param>
/// <param name="Source">The library that made it.</param>
/// <param name="Attributes">Its attributes, as text.</param>
public sealed record CollectedSpan(
    string Service, string Source, string TraceId, string SpanId, string ParentId, string Name, string Kind,
    IReadOnlyDictionary<string, string> Attributes)
{
    public override string ToString() => $"{Service} {Source} {Kind} {Name} {SpanId} < {ParentId} "
        + string.Join(' ', Attributes.Where(x => x.Key != "db.query.text").Select(x => $"{x.Key}={x.Value}"));
}

/// <summary>A collector of traces: an HTTP server that takes OTLP.</summary>
internal sealed class Collector : IAsyncDisposable
{
    private static readonly string[] Kinds = ["", "internal", "server", "client", "producer", "consumer"];

    private readonly WebApplication app;
    private readonly ConcurrentQueue<CollectedSpan> spans = new();
    private readonly ConcurrentQueue<byte[]> bodies = new();

    private Collector(WebApplication app, Uri url)
    {
        this.app = app;
        Url = url;
        app.Run(TakeAsync);
    }

    public Uri Url { get; }

    /// <summary>Every span so far.</summary>
    public IReadOnlyList<CollectedSpan> Spans => [.. spans];

    /// <summary>The settings of a process that sends its traces here.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Url.ToString()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"), ("OTEL_BSP_MAX_QUEUE_SIZE", "20000"),
    ];

    public static async Task<Collector> StartAsync()
    {
        var url = new Uri($"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}");
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls(url.ToString());
        builder.Logging.ClearProviders();
        var collector = new Collector(builder.Build(), url);
        await collector.app.StartAsync();
        return collector;
    }

    /// <summary>The spans of one trace.</summary>
    public IReadOnlyList<CollectedSpan> Of(string traceId) => [.. spans.Where(x => x.TraceId == traceId)];

    /// <summary>True when this text was in anything that was received.</summary>
    public bool Got(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return bodies.Any(x => x.AsSpan().IndexOf(bytes) >= 0);
    }

    private async Task TakeAsync(HttpContext http)
    {
        var request = http.Request;
        using var copy = new MemoryStream();
        if (request.Headers.ContentEncoding == "gzip")
        {
            await using var unzipped = new GZipStream(request.Body, CompressionMode.Decompress);
            await unzipped.CopyToAsync(copy);
        }
        else
        {
            await request.Body.CopyToAsync(copy);
        }

        bodies.Enqueue(copy.ToArray());
        foreach (var resource in ExportedTraces.Parser.ParseFrom(copy.ToArray()).ResourceSpans)
        {
            var service = TextOf(resource.Resource.Attributes)["service.name"];
            foreach (var (scope, span) in resource.ScopeSpans.SelectMany(x => x.Spans, (x, y) => (x.Scope.Name, y)))
            {
                spans.Enqueue(new(service, scope, Hex(span.TraceId), Hex(span.SpanId), Hex(span.ParentSpanId), span.Name, Kinds[span.Kind],
                    TextOf(span.Attributes)));
            }
        }
    }

    private static string Hex(Google.Protobuf.ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static Dictionary<string, string> TextOf(IEnumerable<Protos.Otlp.Attribute> all) => all.ToDictionary(x => x.Key, x =>
        x.Value.StringValue is { Length: > 0 } text ? text : x.Value.IntValue != 0 ? $"{x.Value.IntValue}" : $"{x.Value.BoolValue}");

    public async ValueTask DisposeAsync() => await app.DisposeAsync();
}
