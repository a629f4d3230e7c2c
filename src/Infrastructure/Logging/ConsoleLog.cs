using System.Collections;
using System.Collections.Concurrent;
using Aarya.Infrastructure.Outages;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace Aarya.Infrastructure.Logging;

/// <summary>
/// The console log, with two limits on what libraries write. An entry names an object of the program by its type: a library that could not
/// handle a message logs the message itself, which may have an address, a token or a text of a person. And of the same entry about an
/// outage there is one per minute: a library that polls a database repeats it every second, for each thing that it polls.
/// </summary>
[ProviderAlias("Console")]
internal sealed class ConsoleLog(ConsoleLoggerProvider console) : ILoggerProvider, ISupportExternalScope
{
    private static readonly ConcurrentDictionary<Type, bool> OfTypes = [];

    public ILogger CreateLogger(string categoryName) => new Limited(console.CreateLogger(categoryName), IsOurs(categoryName));

    public void SetScopeProvider(IExternalScopeProvider scopeProvider) => console.SetScopeProvider(scopeProvider);

    public void Dispose() => console.Dispose();

    private static bool IsOurs(string name) => name.StartsWith("Aarya.", StringComparison.Ordinal);

    private static bool IsOurs(object? value) => value is not (null or string or Enum)
        && OfTypes.GetOrAdd(value.GetType(), static x => IsOurs(x.Assembly.GetName().Name!));

    // Not in what is made while it is read, such as a query.
    private static IEnumerable<object> OursIn(object? value) => IsOurs(value) ? [value!]
        : value is ICollection several ? several.Cast<object?>().Where(IsOurs).Select(x => x!) : [];

    /// <param name="isOurs">Whether the category is one of the program's own.</param>
    private sealed class Limited(ILogger inner, bool isOurs) : ILogger
    {
        private const string Template = "{OriginalFormat}";
        private const string Failed = "Failed to process message";
        private const string TriedLater = "was rescheduled to queue";

        // By the template of the entry.
        private readonly ConcurrentDictionary<string, OutageLine> outages = new(StringComparer.Ordinal);

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => inner.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state as IReadOnlyList<KeyValuePair<string, object?>> ?? [];
            var template = values.FirstOrDefault(x => x.Key == Template).Value as string ?? "";
            if (IsOfOutage(template, exception) && !outages.GetOrAdd(template, static _ => new()).IsDue()) return;
            if (!values.Any(x => OursIn(x.Value).Any()))
            {
                inner.Log(logLevel, eventId, state, exception, formatter);
                return;
            }

            var message = formatter(state, exception);
            foreach (var ours in values.SelectMany(x => OursIn(x.Value)))
            {
                if (ours.ToString() is { Length: > 0 } text) message = message.Replace(text, NameOf(ours), StringComparison.Ordinal);
            }

            List<KeyValuePair<string, object?>> named = [.. values.Select(x => new KeyValuePair<string, object?>(x.Key, Named(x.Value)))];
            inner.Log(logLevel, eventId, named, exception, (_, _) => message);
        }

        // The program's own entries are few by themselves. Wolverine logs a message that failed under the message's type, and adds a second
        // entry, without the exception, when it tries the message again later.
        private bool IsOfOutage(string template, Exception? exception) =>
            exception is null ? template.EndsWith(TriedLater, StringComparison.Ordinal)
            : (!isOurs || template.StartsWith(Failed, StringComparison.Ordinal)) && Outage.IsOfMessage(exception);

        private static object? Named(object? value) =>
            OursIn(value).Any() ? IsOurs(value) ? NameOf(value!) : string.Join(", ", OursIn(value).Select(NameOf)) : value;

        private static string NameOf(object ours) => ours.GetType().Name;
    }
}
