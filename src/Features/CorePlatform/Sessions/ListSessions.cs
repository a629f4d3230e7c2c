using Aarya.Infrastructure.Security;
using Wolverine.Http;

namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>One session of the caller.</summary>
/// <param name="Device">The browser or program and what it runs on, as far as it is known: "Chrome on Android".</param>
/// <param name="Address">The network address that it was opened from.</param>
/// <param name="LastSeenAt">When it was last used, to the minute.</param>
/// <param name="Current">True for the session that made this request.</param>
public sealed record SessionView(Guid Id, string Device, string Address, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool Current)
{
    internal static SessionView Of(Session x, Caller caller) =>
        new(x.Id, x.From.Name, x.From.Address, x.CreatedAt, x.LastSeenAt, x.Id == caller.SessionId);
}

public sealed record SessionList(IReadOnlyList<SessionView> Items);

/// <summary>The caller's sessions, the last used first.</summary>
public static class ListSessionsEndpoint
{
    [WolverineGet("/api/sessions")]
    public static async Task<SessionList> Get(Caller caller, SessionStore sessions) =>
        new([.. (await sessions.ListAsync(caller.Subject)).Select(x => SessionView.Of(x, caller))]);
}
