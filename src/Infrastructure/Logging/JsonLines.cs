using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Tracing;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;

namespace Aarya.Infrastructure.Logging;

/// <summary>
/// Writes an event of the log as one line of JSON, with the field names of the Elastic Common Schema (ECS 9); <c>docs/logs.md</c> lists
/// them.
/// </summary>
/// <remarks>Scopes are left out: the web server's own has the path as the client sent it, with the codes of links.</remarks>
internal sealed class JsonLines(LogOrigin origin, IHttpContextAccessor requests, TimeProvider time) : ConsoleFormatter(FormatName)
{
    public const string FormatName = "json-lines";

    private const string Template = "{OriginalFormat}";
    private const double NanosecondsPerMillisecond = 1_000_000;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
    {
        var message = logEntry.Formatter(logEntry.State, logEntry.Exception);
        if (message is null && logEntry.Exception is null) return;
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("@timestamp", time.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
            json.WriteString("log.level", NameOf(logEntry.LogLevel));
            json.WriteString("message", message);
            json.WriteString("ecs.version", "9.0.0");
            json.WriteString("log.logger", logEntry.Category);
            json.WriteString("service.name", origin.Service);
            json.WriteString("service.node.name", origin.Node);
            if (logEntry.EventId.Name is { } action) json.WriteString("event.action", action);
            var ids = new Dictionary<string, string>(StringComparer.Ordinal);
            WriteTrace(json, ids);
            WriteRequest(json, ids);
            foreach (var (name, id) in ids) json.WriteString(name, id);
            WriteValues(json, logEntry.State as IEnumerable<KeyValuePair<string, object?>> ?? [], logEntry.Category == RequestLog.Category);
            if (logEntry.Exception is { } exception) WriteError(json, exception);
            json.WriteEndObject();
        }

        textWriter.WriteLine(Encoding.UTF8.GetString(buffer.WrittenSpan));
    }

    private static void WriteTrace(Utf8JsonWriter json, Dictionary<string, string> ids)
    {
        if (Activity.Current is not { IsStopped: false } span) return;
        json.WriteString("trace.id", span.TraceId.ToString());
        json.WriteString("span.id", span.SpanId.ToString());
        // Those of the message that is handled.
        foreach (var (name, id) in ShopTraces.IdsOf(span)) ids[name] = id;
    }

    private void WriteRequest(Utf8JsonWriter json, Dictionary<string, string> ids)
    {
        if (requests.HttpContext is not { } http) return;
        try
        {
            var (request, method) = (http.TraceIdentifier, RequestMethods.NameOf(http));
            var route = http.GetEndpoint() is { } endpoint ? RequestRoute.Of(endpoint) : null;
            if (route?.IdOf(http) is var (field, id)) ids[field] = id;
            json.WriteString("http.request.id", request);
            json.WriteString("http.request.method", method);
            if (route is not null) json.WriteString("aarya.route", route.Name);
        }
        catch (ObjectDisposedException)
        {
            // Work that a request has left behind may write after its end.
        }
    }

    /// <param name="isRequest">Whether the values are those of the line about a request, which have fields of their own.</param>
    private static void WriteValues(Utf8JsonWriter json, IEnumerable<KeyValuePair<string, object?>> values, bool isRequest)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in values)
        {
            if (value is null || name == Template) continue;
            switch (name)
            {
                case RequestLog.Status when isRequest && value is int status:
                    json.WriteNumber("http.response.status_code", status);
                    break;
                case RequestLog.Milliseconds when isRequest && value is double milliseconds:
                    json.WriteNumber("event.duration", (long)(milliseconds * NanosecondsPerMillisecond));
                    break;
                case RequestLog.Method or RequestLog.Route when isRequest:
                    break;
                default:
                    labels[JsonNamingPolicy.SnakeCaseLower.ConvertName(name)] = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
                    break;
            }
        }

        if (labels.Count == 0) return;
        json.WriteStartObject("labels");
        foreach (var (name, value) in labels) json.WriteString(name, value);
        json.WriteEndObject();
    }

    private static void WriteError(Utf8JsonWriter json, Exception exception)
    {
        json.WriteString("error.type", exception.GetType().FullName);
        json.WriteString("error.message", exception.Message);
        json.WriteString("error.stack_trace", exception.ToString());
    }

    private static string NameOf(LogLevel level) => level switch
    {
        LogLevel.Trace => "trace",
        LogLevel.Debug => "debug",
        LogLevel.Information => "info",
        LogLevel.Warning => "warn",
        LogLevel.Error => "error",
        _ => "fatal",
    };
}
