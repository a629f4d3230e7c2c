using System.Collections.Concurrent;
using System.Globalization;
using System.Reflection;
using Wolverine;

namespace Aarya.Infrastructure.Messaging.WireEvents;

/// <summary>Gives an event its key: the first member of its record, such as the order's id, unless the sender set a key.</summary>
internal sealed class EventKey : IEnvelopeRule
{
    private readonly ConcurrentDictionary<Type, PropertyInfo?> keys = new();

    public void Modify(Envelope envelope)
    {
        if (envelope is { GroupId: null, Message: { } message })
            envelope.GroupId = Convert.ToString(keys.GetOrAdd(message.GetType(), FirstMember)?.GetValue(message),
                CultureInfo.InvariantCulture);
    }

    private static PropertyInfo? FirstMember(Type record) =>
        record.GetConstructors() is [var constructor, ..] && constructor.GetParameters() is [var first, ..]
            ? record.GetProperty(first.Name!)
            : null;
}
