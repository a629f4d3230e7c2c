namespace Aarya.Infrastructure.OpenApi;

/// <summary>
/// A refusal of the slice's own, for the API's description: <c>[Refuses(409, "cart.empty", "There is nothing to order.")]</c>.
/// On the endpoint's class it holds for each of its routes. A spec sees to it that no code is sent that no slice declares.
/// </summary>
/// <param name="status">The answer's status.</param>
/// <param name="code">The stable <c>code</c> of the problem.</param>
/// <param name="meaning">What it means to a client, and what to do where that is not plain. Markdown.</param>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
public sealed class RefusesAttribute(int status, string code, string meaning) : Attribute
{
    public int Status => status;

    public string Code => code;

    public string Meaning => meaning;
}
