namespace Aarya.Infrastructure.OpenApi;

/// <summary>
/// A type with a JSON converter of its own looks in JSON like <paramref name="shape"/>, which a document cannot know by itself.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class WrittenAsAttribute(Type shape) : Attribute
{
    public Type Shape { get; } = shape;
}
