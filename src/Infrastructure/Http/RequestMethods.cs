namespace Aarya.Infrastructure.Http;

/// <summary>The methods that metrics, traces and logs name.</summary>
internal static class RequestMethods
{
    /// <summary>The name of every method that is not known.</summary>
    private const string Other = "_OTHER";

    /// <summary>The methods that have a name of their own, and at the end the name of all others.</summary>
    public static IReadOnlyList<string> Names { get; } = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", Other];

    public static string NameOf(string method) => Names.Contains(method) ? method : Other;
}
