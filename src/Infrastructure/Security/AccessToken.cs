using System.Security.Claims;

namespace Aarya.Infrastructure.Security;

/// <summary>An access token whose signature is good: a JWT in the profile of RFC 9068.</summary>
/// <param name="Principal">The claims <c>sub</c>, <c>sid</c> and <c>role</c>; shared between requests, so never added to.</param>
public sealed record AccessToken(ClaimsPrincipal Principal, Guid Subject, string SessionId, IReadOnlyList<string> RoleNames, DateTimeOffset ExpiresAt)
{
    public const string Issuer = "aarya";
    public const string Audience = "aarya-api";
    public const string Type = "at+jwt";

    /// <summary>How long a token is good for; a session that ends takes its tokens with it before that.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>How far the clocks of two machines may be apart.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);
}

/// <summary>Why a token cannot be used.</summary>
public enum TokenFault
{
    None,
    Malformed,
    BadSignature,
    Expired,
    SessionEnded,
}

/// <summary>What was found out about a token; <see cref="Token"/> is there whenever its signature is good.</summary>
public readonly record struct TokenCheck(AccessToken? Token, TokenFault Fault)
{
    public bool IsGood => Fault == TokenFault.None;
}
