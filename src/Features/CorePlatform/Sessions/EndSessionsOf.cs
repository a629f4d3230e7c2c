namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Ends every session of somebody once the reason for it is certain; but not the one in which they asked for it.</summary>
public sealed record EndSessionsOf(Guid UserId, Guid? Except = null);

public static class EndSessionsOfHandler
{
    public static Task Handle(EndSessionsOf command, SessionStore sessions) => sessions.EndAllAsync(command.UserId, command.Except);
}
