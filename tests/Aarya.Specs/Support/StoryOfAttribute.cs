namespace Aarya.Specs.Support;

/// <summary>Names the slices that a story covers, each by its endpoint or handler. TidySpec reads it.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class StoryOfAttribute(params Type[] slices) : Attribute
{
    public IReadOnlyList<Type> Slices => slices;
}
