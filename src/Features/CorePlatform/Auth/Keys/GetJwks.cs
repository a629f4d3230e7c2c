using Aarya.Features.Payment.Payments;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth.Keys;

/// <summary>The public keys that verify access tokens, as a JWK set (RFC 7517).</summary>
public static class GetJwksEndpoint
{
    [WolverineGet("/.well-known/jwks.json")]
    [ProducesResponseType<JwkSet>(StatusCodes.Status200OK, "application/jwk-set+json")]
    public static IResult Get(SigningKeys keys, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Text(keys.Jwks.Json, "application/jwk-set+json");
    }
}

/// <param name="Keys">Every key that a valid token may be signed with.</param>
public sealed record JwkSet(IReadOnlyList<Jwk> Keys);

/// <summary>The public half of a signing key.</summary>
/// <param name="Kid">Its RFC 7638 thumbprint.</param>
public sealed record Jwk(string Kty, string Crv, string X, string Y, string Use, string Alg, string Kid);
