using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace Aarya.Infrastructure.Security;

/// <summary>An access token whose signature is valid: a JWT in the profile of RFC 9068.</summary>
/// <param name="Caller">The claims <c>sub</c>, <c>sid</c> and <c>role</c>.</param>
/// <param name="ExpiresAt">The claim <c>exp</c>.</param>
public sealed record AccessToken(Caller Caller, DateTimeOffset ExpiresAt)
{
    public const string Issuer = "aarya";
    public const string Audience = "aarya-api";
    public const string Type = "at+jwt";

    /// <summary>How long a token is valid, unless its session ends earlier.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>How far the clocks of two machines may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    // Made once per token: all requests with the token share it.
    internal Task<AuthenticateResult> Recognised { get; } = Task.FromResult(
        AuthenticateResult.Success(new(new CallerPrincipal(Caller, ExpiresAt), BearerHandler.Scheme)));

    internal CachedSession? CachedSession { get; set; }
}

/// <summary>A caller in the form that ASP.NET Core's policies require. Shared between requests, so it must not be changed.</summary>
internal sealed class CallerPrincipal(Caller caller, DateTimeOffset expiresAt) : ClaimsPrincipal(new ClaimsIdentity(
    [new("sub", $"{caller.Subject:D}"), new("sid", $"{caller.SessionId:D}"), .. caller.RoleNames.Select(x => new Claim("role", x))],
    BearerHandler.Scheme, "sub", "role"))
{
    public Caller Caller => caller;

    /// <summary>When the token that it was read from expires.</summary>
    public DateTimeOffset ExpiresAt => expiresAt;
}

/// <summary>Why a token cannot be used.</summary>
public enum TokenFault
{
    None,
    Malformed,
    BadSignature,
    Expired,
    SessionEnded,

    /// <summary>The token's key may be one that this process could not read yet.</summary>
    KeysUnknown,
}

/// <summary>The result of checking a token; <see cref="Token"/> is set whenever its signature is valid.</summary>
public readonly record struct TokenCheck(AccessToken? Token, TokenFault Fault)
{
    public bool IsGood => Fault == TokenFault.None;
}
