using Aarya.Infrastructure.Settings;

namespace Aarya.Infrastructure.Rates;

/// <summary>
/// How often one client may make one kind of request: a burst of the whole number first, then at an even rate. The module of a context
/// declares it, and the context's endpoints name it (<see cref="RateLimitAttribute"/>).
/// </summary>
/// <param name="PerAddress">
/// Counts by network address alone, whatever token is sent: for an answer that is a new token, which would have a new allowance.
/// </param>
public sealed record RatePolicy(string Name, int Requests, TimeSpan Window, bool PerAddress = false)
{
    private const int MostRequests = 1_000_000;

    /// <summary>The setting that changes the number of requests: <c>AARYA_RATE_LIMIT_LOGIN</c>, ...</summary>
    public NumberSetting Setting { get; } = new($"AARYA_RATE_LIMIT_{Name.ToUpperInvariant()}", Requests, 1, MostRequests);
}

/// <summary>Every policy that the modules declare.</summary>
public sealed class RatePolicies(IEnumerable<RatePolicy> declared)
{
    private readonly Dictionary<string, RatePolicy> byName = declared.ToDictionary(x => x.Name, StringComparer.Ordinal);

    internal IReadOnlyCollection<RatePolicy> All => byName.Values;

    /// <exception cref="ArgumentException">No module declares such a policy.</exception>
    public RatePolicy Named(string name) => byName.TryGetValue(name, out var policy)
        ? policy
        : throw new ArgumentException($"There is no rate policy '{name}', only {string.Join(", ", byName.Keys)}.", nameof(name));
}

/// <summary>
/// The endpoint is a target of abuse, so a client may call it far less often than others:
/// <c>[RateLimit("login")]</c>. Endpoints under one name share one allowance.
/// </summary>
/// <param name="policy">The name of a <see cref="RatePolicy"/> that the endpoint's module declares.</param>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class RateLimitAttribute(string policy) : Attribute
{
    public string Policy { get; } = policy;
}
