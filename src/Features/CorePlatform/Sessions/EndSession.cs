namespace Aarya.Features.CorePlatform.Sessions;

/// <summary>Ends a session once what replaces it is certain.</summary>
public sealed record EndSession(Guid SessionId);

public static class EndSessionHandler
{
    public static Task Handle(EndSession command, SessionStore sessions) => sessions.EndAsync(command.SessionId);
}
