using Aarya.Features.CorePlatform.Sessions;

namespace Aarya.Features.CorePlatform.Privacy;

/// <summary>Ends every session of somebody who has no account any more.</summary>
public sealed record EndSessionsOf(Guid UserId);

public static class EndSessionsOfHandler
{
    public static Task Handle(EndSessionsOf command, SessionStore sessions) => sessions.EndAllOfAsync(command.UserId);
}
