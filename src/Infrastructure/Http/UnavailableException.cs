using Aarya.Infrastructure.Messaging;

namespace Aarya.Infrastructure.Http;

/// <summary>Nothing is wrong with the request, but it cannot be served right now: 503 with Retry-After.</summary>
/// <param name="detail">For the client; says nothing that a stranger should not know.</param>
/// <param name="retryAfter">When asking again makes sense; whole seconds, at least one.</param>
public sealed class UnavailableException(string detail, TimeSpan retryAfter, Exception? inner = null) : Exception(detail, inner), IOutage
{
    public int RetryAfterSeconds { get; } = Math.Max(1, (int)Math.Ceiling(retryAfter.TotalSeconds));
}
