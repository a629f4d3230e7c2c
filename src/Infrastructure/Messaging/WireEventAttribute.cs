namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// Marks a record of a context's <c>Contracts</c> as one event on a stream. The name starts with the role that publishes it
/// (<c>commerce.order_placed.v1</c>): a record in that context is what it publishes, a record of the same name in another
/// context is what that context reads. Nothing else has to be registered; a context that reads an event has one handler for it.
/// The first member is the key: events of one key are handled in order, as far as one process and no failures can promise.
/// </summary>
/// <param name="name">The name on the wire; a breaking change of shape is a new name.</param>
/// <param name="stream">One of <see cref="Streams"/>.</param>
[AttributeUsage(AttributeTargets.Class)]
public sealed class WireEventAttribute(string name, string stream) : Attribute
{
    public string Name { get; } = name;

    public string Stream { get; } = stream;

    /// <summary>The role that publishes the event.</summary>
    public string Publisher => Name[..Math.Max(0, Name.IndexOf('.', StringComparison.Ordinal))];
}
