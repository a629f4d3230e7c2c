namespace Aarya.Infrastructure.Gateway;

/// <summary>How often one client may make one kind of request: a burst of the whole number first, then at an even rate.</summary>
/// <param name="PerAddress">
/// Counts by network address alone, whatever token is sent: each answer is a new token, which would have a new allowance.
/// </param>
public sealed record RatePolicy(string Name, int Requests, TimeSpan Window, bool PerAddress = false)
{
    private static readonly Dictionary<string, RatePolicy> Policies = new RatePolicy[]
    {
        // The shop stores each guest's session for a month.
        new("guest", 600, TimeSpan.FromHours(1), PerAddress: true),
        // Against guessing passwords and codes, creating accounts in bulk, and testing stolen cards.
        new("login", 30, TimeSpan.FromMinutes(1)),
        new("register", 20, TimeSpan.FromMinutes(1)),
        new("password", 10, TimeSpan.FromMinutes(1)),
        // Against sending mail to strangers.
        new("lookup", 10, TimeSpan.FromMinutes(1)),
        new("coupon", 30, TimeSpan.FromMinutes(1)),
        new("payment", 30, TimeSpan.FromMinutes(1)),
    }.ToDictionary(x => x.Name, StringComparer.Ordinal);

    /// <summary>The setting that changes it: <c>AARYA_RATE_LIMIT_LOGIN</c>, ...</summary>
    public string Setting { get; } = $"AARYA_RATE_LIMIT_{Name.ToUpperInvariant()}";

    /// <summary>Every policy that a <see cref="RateLimitAttribute"/> may name.</summary>
    public static IReadOnlyCollection<RatePolicy> All => Policies.Values;

    /// <exception cref="ArgumentException">There is no such policy.</exception>
    public static RatePolicy Named(string name) => Policies.TryGetValue(name, out var policy)
        ? policy
        : throw new ArgumentException($"There is no rate policy '{name}', only {string.Join(", ", Policies.Keys)}.", nameof(name));
}

/// <summary>
/// The endpoint is a target of abuse, so a client may call it far less often than others:
/// <c>[RateLimit("login")]</c>. Endpoints under one name share one allowance.
/// </summary>
[AttributeUsage(AttributeTargets.Method | AttributeTargets.Class)]
public sealed class RateLimitAttribute(string policy) : Attribute
{
    public RatePolicy Policy { get; } = RatePolicy.Named(policy);
}
