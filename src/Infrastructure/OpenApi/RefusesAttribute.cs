namespace Aarya.Infrastructure.OpenApi;

/// <summary>
/// A refusal that the slice itself makes, for the API's description: <c>[Refuses(409, "cart.empty", "There is nothing to order.")]</c>.
/// On the endpoint's class it applies to all its routes. A spec checks that a slice declares every code that is sent. The statuses that
/// follow from other attributes and from the route are described without it.
/// </summary>
/// <param name="status">The answer's status.</param>
/// <param name="code">The stable <c>code</c> of the problem.</param>
/// <param name="meaning">What it means to a client, and what to do if that is not obvious. Markdown.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public class RefusesAttribute(int status, string code, string meaning) : Attribute
{
    public int Status => status;

    public string Code => code;

    public string Meaning => meaning;
}
