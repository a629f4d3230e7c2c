using System.Collections.Concurrent;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// The live connections of this node that were opened with a token. They are looked at every second, all of them in one question to Redis,
/// and those whose session has ended are closed: a line must not tell a thief what a request would not.
/// </summary>
public sealed class OpenLines(SessionGate sessions, TimeProvider clock, ILogger<OpenLines> log) : Worker(clock, log)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (Guid SessionId, HubCallerContext Line)> lines = new(StringComparer.Ordinal);

    internal void Add(HubCallerContext line, Guid sessionId) => lines[line.ConnectionId] = (sessionId, line);

    internal void Remove(string connectionId) => lines.TryRemove(connectionId, out _);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (lines.IsEmpty) return BetweenLooks;
        var ended = await sessions.FindEndedAsync([.. lines.Values.Select(x => x.SessionId).Distinct()]);
        foreach (var (sessionId, line) in lines.Values)
        {
            if (ended.Contains(sessionId)) line.Abort();
        }

        return BetweenLooks;
    }
}
