using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>The methods that metrics, traces and logs name.</summary>
internal static class RequestMethods
{
    /// <summary>The name of every method that is not known.</summary>
    private const string Other = "_OTHER";

    /// <summary>The methods that have a name of their own, and at the end the name of all others.</summary>
    public static IReadOnlyList<string> Names => Known;

    private static readonly string[] Known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", Other];

    /// <summary>The name of the method with which the request came.</summary>
    public static string NameOf(HttpContext http) =>
        http.Features.Get<CameAsHead>() is null ? NameOf(http.Request.Method) : HttpMethods.Head;

    // Routes match a method in any case. Most requests compare one string, and none allocates.
    private static string NameOf(string method)
    {
        foreach (var name in Known)
        {
            if (name.Equals(method, StringComparison.OrdinalIgnoreCase)) return name;
        }

        return Other;
    }
}

/// <summary>A HEAD request, which is answered as a GET (<see cref="HeadRequests"/>).</summary>
internal sealed class CameAsHead
{
    public static readonly CameAsHead Mark = new();
}
