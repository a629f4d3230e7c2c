using Aarya.Infrastructure.Caching;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Checks access tokens as RFC 9068 section 4 says: type, algorithm, signature, issuer, audience and lifetime. A token that was good
/// is remembered, so that a signature is checked once a node; what a request costs then is in docs/performance.md.
/// </summary>
public sealed class AccessTokenValidator(IVerificationKeys keys, CacheBudget budget, TimeProvider clock)
{
    private const int LongestToken = 4096;
    private const int AboutBytes = 1000;

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };
    private readonly BudgetedCache<ReadOnlyMemory<char>, AccessToken> good = new(
        budget, static (token, _) => (token.Length * 2) + AboutBytes, BySignature.Instance);

    /// <summary>What is known of the token already; false when its signature would have to be checked first, which costs time.</summary>
    public bool TryKnown(ReadOnlyMemory<char> token, out TokenCheck check)
    {
        var isKnown = good.TryGet(token, out var known);
        check = isKnown ? Judge(known!) : default;
        return isKnown;
    }

    /// <summary>
    /// Judges the token itself; whether its session still lives is the <see cref="SessionGate"/>'s business. Waits for nothing.
    /// </summary>
    public ValueTask<TokenCheck> CheckAsync(ReadOnlyMemory<char> token) => TryKnown(token, out var check) ? new(check) : VerifyAsync(token);

    private TokenCheck Judge(AccessToken token) => new(token, IsExpired(token) ? TokenFault.Expired : TokenFault.None);

    private bool IsExpired(AccessToken token) => clock.GetUtcNow() >= token.ExpiresAt + AccessToken.ClockSkew;

    private async ValueTask<TokenCheck> VerifyAsync(ReadOnlyMemory<char> sent)
    {
        if (sent.Length is 0 or > LongestToken) return new(null, TokenFault.Malformed);
        if (PartsOf(sent.Span) is not var (header, claims) || TokenHeader.Read(sent.Span[header]) is not { } read)
            return new(null, TokenFault.Malformed);
        if (keys.Find(read.KeyId) is not { } key) return new(null, keys.AreComplete ? TokenFault.BadSignature : TokenFault.KeysUnknown);
        var token = sent.ToString();
        if (!await IsSignedAsync(token, key)) return new(null, TokenFault.BadSignature);
        if (TokenClaims.Read(token.AsSpan(claims)) is not { } said) return new(null, TokenFault.Malformed);
        if (said.StartsAt > clock.GetUtcNow() + AccessToken.ClockSkew) return new(null, TokenFault.Malformed);

        var verified = new AccessToken(said.Caller, said.ExpiresAt);
        if (!IsExpired(verified)) good.Set(token.AsMemory(), verified);
        return Judge(verified);
    }

    // header.claims.signature, of which none is empty.
    private static (Range Header, Range Claims)? PartsOf(ReadOnlySpan<char> token)
    {
        Span<Range> parts = stackalloc Range[4];
        if (token.Split(parts, '.') != 3) return null;
        foreach (var part in parts[..3])
        {
            if (token[part].IsEmpty) return null;
        }

        return (parts[0], parts[1]);
    }

    private async ValueTask<bool> IsSignedAsync(string token, JsonWebKey key)
    {
        try
        {
            return (await handler.ValidateTokenAsync(token, SignedWith(key))).IsValid;
        }
#pragma warning disable CA1031 // A token is what a stranger made up: whatever the library makes of it, it is not one of ours.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    // The claims are judged here, on every use and by the clock of the program.
    private static TokenValidationParameters SignedWith(JsonWebKey key) => new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidTypes = [AccessToken.Type],
        ValidateIssuer = false,
        ValidateAudience = false,
        ValidateLifetime = false,
    };

    /// <summary>
    /// The whole of two tokens is compared, but only the end of one is hashed: it is the end of a signature, in which no two that are
    /// good agree, and only those that are good are kept.
    /// </summary>
    private sealed class BySignature : IEqualityComparer<ReadOnlyMemory<char>>
    {
        private const int End = 24;

        public static BySignature Instance { get; } = new();

        public bool Equals(ReadOnlyMemory<char> x, ReadOnlyMemory<char> y) => x.Span.SequenceEqual(y.Span);

        public int GetHashCode(ReadOnlyMemory<char> obj) =>
            string.GetHashCode(obj.Span[Math.Max(0, obj.Length - End)..], StringComparison.Ordinal);
    }
}
