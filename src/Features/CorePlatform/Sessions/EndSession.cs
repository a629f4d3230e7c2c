namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Ends a session once its replacement is committed.</summary>
public sealed record EndSession(Guid SessionId);

public static class EndSessionHandler
{
    public static Task Handle(EndSession command, SessionStore sessions) => sessions.EndAsync(command.SessionId);
}
