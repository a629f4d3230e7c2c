using Aarya.Infrastructure.Caching;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Checks access tokens as RFC 9068 section 4 requires: type, algorithm, signature, issuer, audience and lifetime. Valid tokens are
/// cached, so that a signature is checked once per node; docs/performance.md has the cost of a request after that.
/// </summary>
public sealed class AccessTokenValidator(IVerificationKeys keys, CacheBudget budget, TimeProvider clock)
{
    private const int LongestToken = 4096;
    private const int AboutBytes = 1000;

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };
    private readonly BudgetedCache<ReadOnlyMemory<char>, AccessToken> valid = new(
        budget, static (token, _) => (token.Length * 2) + AboutBytes, BySignature.Instance);

    private readonly CacheReads reads = budget.ReadsOf("tokens");

    /// <summary>The result for a cached token; false when its signature must be checked first, which costs time.</summary>
    public bool TryKnown(ReadOnlyMemory<char> token, out TokenCheck check)
    {
        var isKnown = reads.Count(valid.TryGet(token, out var known));
        check = isKnown ? Judge(known!) : default;
        return isKnown;
    }

    /// <summary>
    /// Checks the token itself; the <see cref="SessionGate"/> checks whether its session still exists. Waits for nothing.
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
        if (!IsExpired(verified)) valid.Set(token.AsMemory(), verified);
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
#pragma warning disable CA1031 // A client may send anything as a token: whatever the library throws, it is not one of ours.
        catch (Exception)
#pragma warning restore CA1031
        {
            return false;
        }
    }

    // This class checks the claims, on every use and by the clock of the program.
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
    /// Compares whole tokens, but hashes only the end of a token: that is the end of its signature, which differs between any two valid
    /// tokens, and only valid tokens are stored.
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
