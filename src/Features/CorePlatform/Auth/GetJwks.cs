using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>The public keys that access tokens can be checked with, for whoever does not want to ask (RFC 7517).</summary>
public static class GetJwksEndpoint
{
    [WolverineGet("/.well-known/jwks.json")]
    public static IResult Get(SigningKeys keys, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        return Results.Text(keys.Jwks.Json, "application/jwk-set+json");
    }
}
