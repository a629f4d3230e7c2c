using Microsoft.AspNetCore.Http;

namespace Aarya.Infrastructure.Http;

/// <summary>The methods that metrics, traces and logs name.</summary>
internal static class RequestMethods
{
    /// <summary>The name of every method that is not known.</summary>
    private const string Other = "_OTHER";

    /// <summary>The methods that have a name of their own, and at the end the name of all others.</summary>
    public static IReadOnlyList<string> Names => Known;

    /// <summary>
    /// The method that a HEAD request gets to be answered as a GET (<see cref="HeadRequests"/>): equal to GET, but another string, because
    /// a mark beside the request would have to be looked up for every request.
    /// </summary>
    public static readonly string GetOfHead = new(HttpMethods.Get.AsSpan());

    private static readonly string[] Known = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", Other];
    private static readonly int Head = Array.IndexOf(Known, HttpMethods.Head);

    /// <summary>The name of the method with which the request came.</summary>
    public static string NameOf(HttpContext http) => Known[IndexOf(http)];

    /// <summary>The place in <see cref="Names"/> of the method with which the request came.</summary>
    public static int IndexOf(HttpContext http)
    {
        var method = http.Request.Method;
        if (ReferenceEquals(method, GetOfHead)) return Head;
        // Routes match a method in any case. Most requests compare one string, and none allocates.
        for (var i = 0; i < Known.Length - 1; i++)
        {
            if (Known[i].Equals(method, StringComparison.OrdinalIgnoreCase)) return i;
        }

        return Known.Length - 1;
    }
}
