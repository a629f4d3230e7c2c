using Aarya.Features.CorePlatform.Sessions;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>
/// The session whose access token came with a request, even if the token has expired: a shopper who was idle for longer than its quarter of
/// an hour must not lose the cart when signing in, nor stay signed in when signing out. A token that expired more than a day ago is
/// ignored.
/// </summary>
public sealed class PresentedTokens(AccessTokenValidator tokens, SessionStore sessions, TimeProvider clock)
{
    private static readonly TimeSpan HeardFor = TimeSpan.FromDays(1);

    /// <summary>Null when no token came, it is not one of ours, or its session has ended.</summary>
    /// <exception cref="Infrastructure.Http.UnavailableException">Its key cannot be read at this moment.</exception>
    public async Task<Session?> FindSessionAsync(HttpContext http)
    {
        if (BearerHandler.FindToken(http.Request) is not { } sent) return null;
        var check = await tokens.CheckAsync(sent);
        if (check.Fault == TokenFault.KeysUnknown) throw BearerHandler.KeysUnknown();
        return check.Token is { } token && clock.GetUtcNow() < token.ExpiresAt + HeardFor
            ? await sessions.FindAsync(token.Caller.SessionId)
            : null;
    }

    /// <summary>The same, if the session is a guest's.</summary>
    public async Task<Session?> FindGuestAsync(HttpContext http) => await FindSessionAsync(http) is { IsGuest: true } guest ? guest : null;
}
