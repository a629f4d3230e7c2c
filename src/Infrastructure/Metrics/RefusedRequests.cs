using System.Diagnostics.Metrics;

namespace Aarya.Infrastructure.Metrics;

/// <summary>Counts the requests that the edge refuses because of their number or their time.</summary>
internal static class RefusedRequests
{
    /// <summary>429: the client has used its allowance.</summary>
    public static readonly KeyValuePair<string, object?> Rate = new("reason", "rate");

    /// <summary>503: too many requests at once.</summary>
    public static readonly KeyValuePair<string, object?> Load = new("reason", "load");

    /// <summary>504: the request took too long.</summary>
    public static readonly KeyValuePair<string, object?> Time = new("reason", "time");

    private static readonly Counter<long> Refused = ShopMeter.Counter("aarya_refused_requests",
        "Requests that the edge refused: rate (429), load (503) or time (504).");

    public static void Count(KeyValuePair<string, object?> reason) => Refused.Add(1, reason);
}
