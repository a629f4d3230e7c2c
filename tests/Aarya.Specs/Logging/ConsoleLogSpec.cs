using Aarya.Features.Payment.Charges;
using Aarya.Infrastructure.Logging;
using Aarya.Specs.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Aarya.Specs.Logging;

/// <summary>What libraries may write to the log, in whatever format.</summary>
public sealed partial class ConsoleLogSpec : IDisposable
{
    private readonly Kept kept = new();
    private readonly ServiceProvider services;
    private readonly ILoggerFactory logs;

    public ConsoleLogSpec()
    {
        services = new ServiceCollection().Configure<ConsoleLoggerOptions>(x => x.FormatterName = nameof(Kept)).BuildServiceProvider();
        var options = services.GetRequiredService<IOptionsMonitor<ConsoleLoggerOptions>>();
        logs = new LoggerFactory([new ConsoleLog(new ConsoleLoggerProvider(options, [kept]))]);
    }

    public void Dispose()
    {
        logs.Dispose();
        services.Dispose();
    }

    private static RequestPayment Message => new(Guid.NewGuid(), "AC-1", Guid.NewGuid(), "asha@private.example", new(100, "INR"),
        "tok_private", DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task a_message_is_named_by_its_type_in_the_text_and_in_the_values()
    {
        var one = Message;
        Failed(logs.CreateLogger("Wolverine"), one, 7);
        Several(logs.CreateLogger("Wolverine"), [Message, one]);
        await Eventually.HoldsAsync("both are written", () => kept.Lines.Count == 2);

        Assert.Equal("Invocation of RequestPayment failed for 7!", kept.Lines[0].Message);
        Assert.Equal("RequestPayment", kept.Lines[0].Values["Message"]);
        Assert.Equal(7, kept.Lines[0].Values["Id"]);
        Assert.Equal("Several: RequestPayment, RequestPayment", kept.Lines[1].Message);
        Assert.DoesNotContain(kept.Lines, x => x.Message.Contains("private", StringComparison.Ordinal)
            || x.Values.Values.Any(y => $"{y}".Contains("private", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task other_values_stay_as_they_are()
    {
        var id = Guid.NewGuid();
        string[] names = ["a", "b"];
        var log = logs.CreateLogger("Specs");
        Plain(log, LogLevel.Debug, id, names);
        await Eventually.HoldsAsync("it is written", () => kept.Lines.Count == 1);

        Assert.Equal($"Debug of {id}: a, b", kept.Lines[0].Message);
        Assert.Equal(id, kept.Lines[0].Values["Id"]);
    }

    [LoggerMessage(LogLevel.Error, "Invocation of {Message} failed for {Id}!")]
    private static partial void Failed(ILogger log, object message, int id);

    [LoggerMessage(LogLevel.Error, "Several: {Messages}")]
    private static partial void Several(ILogger log, object[] messages);

    [LoggerMessage(LogLevel.Warning, "{Verbosity} of {Id}: {Names}")]
    private static partial void Plain(ILogger log, LogLevel verbosity, Guid id, string[] names);

    [Fact]
    public async Task the_same_entry_about_an_outage_comes_once_and_every_other_failure_each_time()
    {
        var library = logs.CreateLogger("Wolverine");
        var another = logs.CreateLogger("Marten");
        var ours = logs.CreateLogger("Aarya.Features.Content.Mails.SendEmail");
        string[] none = [];
        var away = new InvalidOperationException("", new NpgsqlException("away", new IOException()));
        for (var i = 0; i < 5; i++)
        {
            PollFailed(library, i, away);
            PollFailed(library, i, new FormatException());
            PollFailed(another, i, away);
            PollFailed(ours, i, away);
            MessageFailed(ours, i, away);
        }

        Plain(library, LogLevel.None, Guid.Empty, none);
        await Eventually.HoldsAsync("the last one is written", () =>
            kept.Lines.Any(x => x.Message.StartsWith("None", StringComparison.Ordinal)));
        var counts = kept.Lines.GroupBy(x => x.Message.Split(' ')[0]).ToDictionary(x => x.Key, x => x.Count());
        // Of polls: one of each library, five others, and the program's own five.
        Assert.Equal((1 + 1 + 5 + 5, 1), (counts["Poll"], counts["Failed"]));
    }

    [LoggerMessage(LogLevel.Error, "Poll {Number} failed")]
    private static partial void PollFailed(ILogger log, int number, Exception exception);

    [LoggerMessage(LogLevel.Error, "Failed to process message {Number}")]
    private static partial void MessageFailed(ILogger log, int number, Exception exception);

    private sealed class Kept() : ConsoleFormatter(nameof(Kept))
    {
        public List<(string Message, Dictionary<string, object?> Values)> Lines { get; } = [];

        public override void Write<TState>(in LogEntry<TState> logEntry, IExternalScopeProvider? scopeProvider, TextWriter textWriter)
        {
            var values = (IEnumerable<KeyValuePair<string, object?>>)logEntry.State!;
            Lines.Add((logEntry.Formatter(logEntry.State, logEntry.Exception), new(values)));
        }
    }
}
