using System.Reflection;
using Wolverine.Util;

namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Wolverine knows one CLR type by a message name; on the streams several contexts know one event, each by its own record.
/// So a record's name is its context's, then the name on the wire (<c>content.commerce.order_confirmed.v1</c>),
/// which also survives that a record is renamed while messages wait in a table.
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

    /// <summary>What is written to a stream.</summary>
    internal static string OnTheWire(string messageType) => messageType[(messageType.IndexOf('.', StringComparison.Ordinal) + 1)..];

    private static string ContextOf(Type record)
    {
        var parts = (record.Namespace ?? "").Split('.');
        return (parts is [.., var context, "Contracts"] ? context : parts[^1]).ToLowerInvariant();
    }
}
