namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Ends every session of somebody once the reason for it is certain.</summary>
public sealed record EndSessionsOf(Guid UserId);

public static class EndSessionsOfHandler
{
    public static Task Handle(EndSessionsOf command, SessionStore sessions) => sessions.EndAllAsync(command.UserId);
}
