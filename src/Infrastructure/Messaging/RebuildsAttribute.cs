namespace Aarya.Infrastructure.Messaging;

/// <summary>
/// On a handler of a stream's events: whatever it has stored can be stored again from the events, in any order and any number of times. It
/// does nothing else, and sends no message. <c>streams replay --again</c> hands it events that it has handled before.
/// </summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class RebuildsAttribute : Attribute;
