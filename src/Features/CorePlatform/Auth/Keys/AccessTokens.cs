using System.Globalization;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Security;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Aarya.Features.CorePlatform.Auth.Keys;

/// <summary>Mints access tokens in the profile of RFC 9068; nothing else in the system does.</summary>
public sealed class AccessTokens(SigningKeys keys, TimeProvider clock)
{
    private readonly JsonWebTokenHandler handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Mint(Session session, IReadOnlyList<string> roles)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return handler.CreateToken(new Microsoft.IdentityModel.Tokens.SecurityTokenDescriptor
        {
            TokenType = AccessToken.Type,
            Issuer = AccessToken.Issuer,
            Audience = AccessToken.Audience,
            IssuedAt = now,
            Expires = now + AccessToken.Lifetime,
            SigningCredentials = keys.Current.Credentials,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Jti] = Guid.CreateVersion7().ToString("D", CultureInfo.InvariantCulture),
                ["client_id"] = "storefront",
                [JwtRegisteredClaimNames.Sub] = session.UserId.ToString("D"),
                [JwtRegisteredClaimNames.Sid] = session.Id.ToString("D"),
                ["role"] = roles is [var only] ? only : roles,
            },
        });
    }
}
