namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Ends every session of a user once the reason for it is committed, except the named one if there is one.</summary>
public sealed record EndSessionsOf(Guid UserId, Guid? Except = null);

public static class EndSessionsOfHandler
{
    public static Task Handle(EndSessionsOf command, SessionStore sessions) => sessions.EndAllAsync(command.UserId, command.Except);
}
