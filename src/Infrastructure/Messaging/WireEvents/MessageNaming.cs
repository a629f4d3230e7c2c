using System.Reflection;
using Wolverine.Util;

namespace Aarya.Infrastructure.Messaging.WireEvents;

/// <summary>The messages of this assembly are named for their context and not for their room; see <see cref="MessageNaming"/>.</summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class MessagesNamedByContextAttribute : Attribute;

/// <summary>
/// The names under which messages wait in tables. They stay the same when a file moves to another room, so that a message that waits during
/// an upgrade finds its handler.
/// </summary>
/// <remarks>
/// An event is named for the context of its record and then as on the wire (<c>content.commerce.order_confirmed.v1</c>), because Wolverine
/// maps a name to one CLR type, and several contexts have their own record for one event. A message that stays in its context is named for
/// the context and its type (<c>commerce.CancelUnpaidOrder</c>).
/// </remarks>
public sealed class MessageNaming : IMessageTypeNaming
{
    public bool TryDetermineName(Type messageType, out string messageTypeName)
    {
        messageTypeName = "";
        if (messageType.GetCustomAttribute<WireEventAttribute>() is { } wire)
            messageTypeName = InContext(messageType.Namespace ?? "", wire.Name);
        else if (!messageType.IsGenericType && messageType.Assembly.IsDefined(typeof(MessagesNamedByContextAttribute)))
            messageTypeName = $"{FirstRoomOf(messageType)}.{NameOf(messageType)}";
        return messageTypeName.Length > 0;
    }

    /// <summary>The name that is written to a stream.</summary>
    internal static string OnTheWire(string messageType) => messageType[(messageType.IndexOf('.', StringComparison.Ordinal) + 1)..];

    /// <summary>The name that a record of this context has for the event, also before there is one.</summary>
    /// <param name="ns">The context's namespace.</param>
    internal static string InContext(string ns, string onTheWire) => $"{ContextOf(ns)}.{onTheWire}";

    private static string ContextOf(string ns)
    {
        var parts = ns.Split('.');
        return (parts is [.., var context, "Contracts"] ? context : parts[^1]).ToLowerInvariant();
    }

    // The folders of the assembly are its contexts.
    private static string FirstRoomOf(Type message) =>
        message.Namespace![message.Assembly.GetName().Name!.Length..].TrimStart('.').Split('.')[0].ToLowerInvariant();

    private static string NameOf(Type message) => message.FullName![(message.Namespace!.Length + 1)..].Replace('+', '.');
}
