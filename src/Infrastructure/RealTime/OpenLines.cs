using System.Collections.Concurrent;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Hosting;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// The live connections of this node that were opened with a token. They are looked at every second, all of them in one question to Redis,
/// and those whose session has ended are closed: a line must not tell a thief what a request would not.
/// </summary>
public sealed class OpenLines(SessionGate sessions, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, (Guid SessionId, HubCallerContext Line)> lines = new(StringComparer.Ordinal);

    internal void Add(HubCallerContext line, Guid sessionId) => lines[line.ConnectionId] = (sessionId, line);

    internal void Remove(string connectionId) => lines.TryRemove(connectionId, out _);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (lines.IsEmpty) continue;
            var ended = await sessions.FindEndedAsync([.. lines.Values.Select(x => x.SessionId).Distinct()]);
            if (ended.Count == 0) continue;
            foreach (var (sessionId, line) in lines.Values)
            {
                if (ended.Contains(sessionId)) line.Abort();
            }
        }
    }
}
