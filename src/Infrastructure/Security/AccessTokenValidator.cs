using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Aarya.Infrastructure.Security;

/// <summary>
/// Checks access tokens as RFC 9068 section 4 says: type, algorithm, signature, issuer, audience and lifetime. A token that was good
/// is remembered, so that a signature is checked once a node; what a request costs then is in docs/performance.md.
/// </summary>
public sealed class AccessTokenValidator(IVerificationKeys keys, TimeProvider clock)
{
    private const int LongestToken = 4096;
    private const int Remembered = 16_384;

    private readonly JsonWebTokenHandler handler = new() { MapInboundClaims = false, MaximumTokenSizeInBytes = LongestToken };
    private readonly BoundedCache<ReadOnlyMemory<char>, AccessToken> good = new(Remembered, BySignature.Instance);

    /// <summary>Judges the token itself; whether its session still lives is the <see cref="SessionGate"/>'s business.</summary>
    public ValueTask<TokenCheck> CheckAsync(ReadOnlyMemory<char> token, CancellationToken cancellation) =>
        good.TryGet(token, out var known) ? new(Judge(known)) : VerifyAsync(token.ToString(), cancellation);

    private TokenCheck Judge(AccessToken token) => new(token, IsExpired(token) ? TokenFault.Expired : TokenFault.None);

    private bool IsExpired(AccessToken token) => clock.GetUtcNow() >= token.ExpiresAt + AccessToken.ClockSkew;

    private async ValueTask<TokenCheck> VerifyAsync(string token, CancellationToken cancellation)
    {
        if (token.Length is 0 or > LongestToken) return new(null, TokenFault.Malformed);
        if (Read(token) is not { } read) return new(null, TokenFault.Malformed);
        if (read.Alg != SecurityAlgorithms.EcdsaSha256 || await keys.FindAsync(read.Kid, cancellation) is not { } key)
            return new(null, TokenFault.BadSignature);

        var result = await handler.ValidateTokenAsync(read, ParametersFor(key));
        if (!result.IsValid)
            return new(null, result.Exception is SecurityTokenInvalidSignatureException ? TokenFault.BadSignature : TokenFault.Malformed);

        var roles = read.Claims.Where(x => x.Type == "role").Select(x => x.Value).ToList();
        if (!Guid.TryParse(read.Subject, out var subject) || !read.TryGetClaim("sid", out var session) || !Guid.TryParse(session.Value, out var sessionId)
            || roles.Count == 0 || !roles.TrueForAll(CallerRoles.All.Contains))
            return new(null, TokenFault.Malformed);

        var verified = new AccessToken(new(subject, sessionId, roles), read.ValidTo);
        if (!IsExpired(verified)) good.Set(token.AsMemory(), verified);
        return Judge(verified);
    }

    private static JsonWebToken? Read(string token)
    {
        try
        {
            return new(token);
        }
        catch (Exception e) when (e is SecurityTokenMalformedException or ArgumentException)
        {
            return null;
        }
    }

    private static TokenValidationParameters ParametersFor(JsonWebKey key) => new()
    {
        IssuerSigningKey = key,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidIssuer = AccessToken.Issuer,
        ValidAudience = AccessToken.Audience,
        ValidTypes = [AccessToken.Type],
        ClockSkew = AccessToken.ClockSkew,
        // The lifetime is judged on every use, by the clock of the program.
        LifetimeValidator = static (_, expires, _, _) => expires is not null,
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

        public int GetHashCode(ReadOnlyMemory<char> obj) => string.GetHashCode(obj.Span[Math.Max(0, obj.Length - End)..], StringComparison.Ordinal);
    }
}
