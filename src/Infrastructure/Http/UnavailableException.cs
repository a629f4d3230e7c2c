using Aarya.Infrastructure.Outages;

namespace Aarya.Infrastructure.Http;

/// <summary>Nothing is wrong with the request, but it cannot be served right now: 503 with Retry-After.</summary>
/// <param name="detail">For the client; must not contain anything confidential.</param>
/// <param name="retryAfter">When a retry makes sense; rounded up to whole seconds, at least one.</param>
public sealed class UnavailableException(string detail, TimeSpan retryAfter, Exception? inner = null) : Exception(detail, inner), IOutage
{
    public int RetryAfterSeconds { get; } = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds));
}
