using System.Reflection;
using Aarya.Infrastructure.Contexts;
using Aarya.Infrastructure.Settings;

namespace Aarya.Infrastructure.Messaging.WireEvents;

/// <summary>An event as one context declares it.</summary>
internal sealed record WireEvent(BoundedContext Context, Type Record, string Name, string Stream, bool IsRead)
{
    private static readonly string[] HandlerMethods = ["Handle", "HandleAsync", "Consume", "ConsumeAsync"];

    /// <summary>The classes of the context that handle it, in the order of their names.</summary>
    public IReadOnlyList<Type> Handlers() =>
    [
        .. Context.GetType().Assembly.GetTypes()
            .Where(x => Context.Owns(x) && (x.Name.EndsWith("Handler", StringComparison.Ordinal)
                || x.Name.EndsWith("Consumer", StringComparison.Ordinal)))
            .Where(x => x.GetMethods().Any(y =>
                HandlerMethods.Contains(y.Name) && y.GetParameters() is [var message, ..] && message.ParameterType == Record))
            .OrderBy(x => x.FullName, StringComparer.Ordinal),
    ];

    /// <summary>All events that the contexts publish and read, found by <see cref="WireEventAttribute"/>.</summary>
    /// <exception cref="StartupException">Two records of one context have the same name.</exception>
    public static IReadOnlyList<WireEvent> Of(IEnumerable<BoundedContext> contexts)
    {
        List<WireEvent> all = [];
        foreach (var context in contexts)
        {
            foreach (var record in context.GetType().Assembly.GetTypes().Where(context.Owns))
            {
                if (record.GetCustomAttribute<WireEventAttribute>() is not { } wire) continue;
                if (all.FirstOrDefault(x => x.Context == context && x.Name == wire.Name) is { } other)
                    throw new StartupException(
                        $"{record.FullName} and {other.Record.FullName} are both {wire.Name}: a context must have one record per event.");
                all.Add(new(context, record, wire.Name, wire.Stream, IsRead: wire.Publisher != context.Role));
            }
        }

        return all;
    }
}
