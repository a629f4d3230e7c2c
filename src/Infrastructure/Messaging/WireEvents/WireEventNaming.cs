using System.Reflection;
using Wolverine.Util;

namespace Aarya.Infrastructure.Messaging.WireEvents;

/// <summary>
/// Wolverine maps a message name to one CLR type, but on the streams several contexts have their own record for one event.
/// So a record's name is its context's, then the name on the wire (<c>content.commerce.order_confirmed.v1</c>). The name
/// stays the same when a record is renamed while messages wait in a table.
/// </summary>
public sealed class WireEventNaming : IMessageTypeNaming
{
    public bool TryDetermineName(Type messageType, out string messageTypeName)
    {
        messageTypeName = "";
        if (messageType.GetCustomAttribute<WireEventAttribute>() is not { } wire) return false;
        messageTypeName = $"{ContextOf(messageType)}.{wire.Name}";
        return true;
    }

    /// <summary>The name that is written to a stream.</summary>
    internal static string OnTheWire(string messageType) => messageType[(messageType.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private static string ContextOf(Type record)
    {
        var parts = (record.Namespace ?? "").Split('.');
        return (parts is [.., var context, "Contracts"] ? context : parts[^1]).ToLowerInvariant();
    }
}
