using System.Diagnostics;
using System.Text.Json;
using Aarya.Infrastructure.Logging;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Aarya.Specs.Logging;

/// <summary>One event of the log as a line of JSON.</summary>
public sealed class JsonLinesSpec
{
    private static readonly Guid Order = Guid.NewGuid();

    [Fact]
    public void a_line_names_the_order_that_its_handler_works_on()
    {
        using var handling = new Activity("process SendCharge").Start();
        handling.SetTag("aarya.order.id", Order);
        using var inner = new Activity("postgresql").Start();

        var line = Written(LogLevel.Warning, "It is late.");

        Assert.Equal($"{Order}", line.GetProperty("aarya.order.id").GetString());
        Assert.Equal(handling.TraceId.ToString(), line.GetProperty("trace.id").GetString());
        Assert.Equal(inner.SpanId.ToString(), line.GetProperty("span.id").GetString());
        Assert.Equal("warn", line.GetProperty("log.level").GetString());
    }

    [Fact]
    public async Task a_line_written_after_its_request_ended_has_no_trace()
    {
        using var request = new Activity("a request").Start();
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var loop = Task.Run(async () =>
        {
            await started.Task;
            return Written(LogLevel.Information, "A loop that the request has started.");
        });
        request.Stop();
        started.SetResult();

        Assert.False((await loop).TryGetProperty("trace.id", out _));
    }

    [Fact]
    public void an_exception_has_fields_of_its_own_and_a_line_stays_one_line()
    {
        var line = Written(LogLevel.Error, "First\nsecond \"quoted\"", new InvalidOperationException("It broke."));

        Assert.Equal("First\nsecond \"quoted\"", line.GetProperty("message").GetString());
        Assert.Equal("System.InvalidOperationException", line.GetProperty("error.type").GetString());
        Assert.Equal("It broke.", line.GetProperty("error.message").GetString());
        Assert.Contains("It broke.", line.GetProperty("error.stack_trace").GetString(), StringComparison.Ordinal);
    }

    private static JsonElement Written(LogLevel level, string message, Exception? exception = null)
    {
        var formatter = new JsonLines(new("all", "node"), new HttpContextAccessor(), TimeProvider.System);
        using var written = new StringWriter();
        formatter.Write(new LogEntry<string>(level, "Specs", new(1, "Said"), message, exception, (x, _) => x), null, written);
        var line = Assert.Single(written.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        return JsonSerializer.Deserialize<JsonElement>(line);
    }
}
