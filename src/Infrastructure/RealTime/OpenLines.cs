using System.Collections.Concurrent;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// The live connections of this node. Those that were opened with a token are looked at every second, all of them in one question to Redis:
/// a line is closed when its session has ended or its token has expired, because it must not say more than a request would be answered.
/// </summary>
public sealed class OpenLines(SessionGate sessions, TimeProvider clock, ILogger<OpenLines> log) : Worker(clock, log)
{
    /// <summary>The most lines of one network address; each of them costs memory for as long as it is open.</summary>
    public const int MostOfAddress = 500;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Line> lines = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> byAddress = new(StringComparer.Ordinal);

    private sealed record Line(HubCallerContext Context, string Address, CallerPrincipal? Who);

    /// <summary>False when the address has <see cref="MostOfAddress"/> lines already.</summary>
    internal bool TryAdd(HubCallerContext line, string address, CallerPrincipal? who)
    {
        if (byAddress.AddOrUpdate(address, 1, (_, x) => x + 1) > MostOfAddress)
        {
            Leave(address);
            return false;
        }

        lines[line.ConnectionId] = new(line, address, who);
        return true;
    }

    internal void Remove(string connectionId)
    {
        if (lines.TryRemove(connectionId, out var line)) Leave(line.Address);
    }

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        List<Line> signedIn = [.. lines.Values.Where(x => x.Who is not null)];
        if (signedIn.Count == 0) return BetweenLooks;
        var now = Time.GetUtcNow();
        var ended = await sessions.FindEndedAsync([.. signedIn.Select(x => x.Who!.Caller.SessionId).Distinct()]);
        foreach (var (line, _, who) in signedIn)
        {
            if (now >= who!.ExpiresAt + AccessToken.ClockSkew || ended.Contains(who.Caller.SessionId)) line.Abort();
        }

        return BetweenLooks;
    }

    private void Leave(string address)
    {
        if (byAddress.AddOrUpdate(address, 0, (_, x) => x - 1) == 0) byAddress.TryRemove(new(address, 0));
    }
}
