namespace Aarya.Infrastructure.OpenApi;

/// <summary>Documents in the API's description that an endpoint accepts <c>If-Match</c> and answers 409 instead of 412.</summary>
/// <param name="meaning">Which tag it accepts, and what happens when the tag is another one.</param>
[AttributeUsage(AttributeTargets.Method)]
public sealed class AcceptsTagAttribute(string meaning) : Attribute
{
    public string Meaning { get; } = meaning;
}
