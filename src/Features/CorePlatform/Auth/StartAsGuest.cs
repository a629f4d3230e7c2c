using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.Rates;
using Microsoft.AspNetCore.Http;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Auth;

/// <summary>Opens a session for a shopper who has not signed in, so that they can keep a cart and order.</summary>
public static class StartAsGuestEndpoint
{
    [WolverinePost("/api/auth/guest"), RateLimit("guest"), AnswerIsNeverStored]
    public static async Task<SignedIn> Post(SessionStore sessions, AccessTokens tokens, HttpContext http)
    {
        var guest = UserView.Guest(Guid.CreateVersion7());
        var (session, refresh) = await sessions.StartAsync(guest.Id, guest: true, from: Device.Of(http));
        return SignedIn.As(guest, session, refresh, tokens, http);
    }
}
