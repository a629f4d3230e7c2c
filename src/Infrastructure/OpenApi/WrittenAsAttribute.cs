namespace Aarya.Infrastructure.OpenApi;

/// <summary>
/// The type has its own JSON converter, which writes it like <paramref name="shape"/>: the document's generator cannot detect that.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Struct)]
public sealed class WrittenAsAttribute(Type shape) : Attribute
{
    public Type Shape { get; } = shape;
}
