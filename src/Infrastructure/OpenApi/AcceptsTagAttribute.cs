namespace Aarya.Infrastructure.OpenApi;

/// <summary>Says in the API's description that an endpoint takes an <c>If-Match</c> which it answers with 409 instead of 412.</summary>
/// <param name="meaning">Which tag it takes, and what happens when it is another one.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AcceptsTagAttribute(string meaning) : Attribute
{
    public string Meaning { get; } = meaning;
}
