using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Microsoft.AspNetCore.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>The answer to a guest's start, a login and a refresh.</summary>
/// <param name="ExpiresIn">Seconds until the access token has to be refreshed.</param>
/// <param name="DeviceToken">Only after a login: send it with the next login from this device.</param>
public sealed record SignedIn(UserView User, string AccessToken, string RefreshToken, int ExpiresIn, string? DeviceToken = null)
{
    public static SignedIn As(UserView user, Session session, RefreshToken refresh, AccessTokens tokens, HttpContext http)
    {
        // RFC 6749 section 5.1: no cache may store a token.
        http.Response.Headers.CacheControl = "no-store";
        return new(user, tokens.Mint(session, user.Roles), refresh.Encode(),
            (int)Infrastructure.Security.AccessToken.Lifetime.TotalSeconds);
    }

    public override string ToString() => $"{nameof(SignedIn)} {User.Id}";
}
