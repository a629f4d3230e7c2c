namespace Aarya.Infrastructure.Messaging.WireEvents;

/// <summary>
/// Marks a record of a context's <c>Contracts</c> as one event on a stream. The name starts with the role that publishes it
/// (<c>commerce.order_placed.v1</c>): that context publishes its record with the name, and another context reads its own
/// record with the same name. No other registration is needed; a context that reads an event has one handler
/// for it, or several in a file each.
/// The first member is the key: events with the same key are handled in order, as long as one process handles them and none fails.
/// </summary>
/// <param name="name">The name on the wire; a breaking change of shape needs a new name.</param>
/// <param name="stream">The name of the stream, which all events about one kind of thing share.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WireEventAttribute(string name, string stream) : Attribute
{
    public string Name { get; } = name;

    public string Stream { get; } = stream;

    /// <summary>The role that publishes the event.</summary>
    public string Publisher => Name[..Math.Max(0, Name.IndexOf('.', StringComparison.Ordinal))];
}
