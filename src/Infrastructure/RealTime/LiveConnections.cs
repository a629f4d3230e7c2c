using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Aarya.Infrastructure.Metrics;
using Aarya.Infrastructure.Security;
using Aarya.Infrastructure.Workers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// The live connections of this node. Those that were opened with a token are checked every second, many of them with one query to Redis:
/// a line is closed when its session has ended or its token has expired, because it must not send more than a request would get.
/// </summary>
public sealed class LiveConnections : Worker
{
    /// <summary>The most lines of one network address; each of them costs memory for as long as it is open.</summary>
    public const int MostOfAddress = 500;

    /// <summary>The most things that one line watches.</summary>
    public const int MostWatched = 100;

    /// <summary>The most things that the lines of one network address watch together; each costs a subscription at Redis.</summary>
    public const int MostWatchedOfAddress = 2_000;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, Line> lines = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> byAddress = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> watchedByAddress = new(StringComparer.Ordinal);

    private readonly SessionGate sessions;

    public LiveConnections(SessionGate sessions, IMeterFactory meters, TimeProvider clock, ILogger<LiveConnections> log) : base(clock, log)
    {
        this.sessions = sessions;
        meters.Create(ShopMeter.Name).CreateObservableGauge("aarya_live_connections", () => lines.Count, unit: null,
            "Open live connections.");
    }

    private sealed record Line(HubCallerContext Context, string Address, CallerPrincipal? Who)
    {
        /// <summary>How many things it watches; below zero when the line is closed. Guarded by a lock on the line.</summary>
        public int Watched { get; set; }
    }

    /// <summary>False when the address has <see cref="MostOfAddress"/> lines already.</summary>
    internal bool TryAdd(HubCallerContext line, string address, CallerPrincipal? who)
    {
        if (byAddress.AddOrUpdate(address, 1, (_, x) => x + 1) > MostOfAddress)
        {
            TakeFrom(byAddress, address, 1);
            return false;
        }

        lines[line.ConnectionId] = new(line, address, who);
        return true;
    }

    internal void Remove(string connectionId)
    {
        if (!lines.TryRemove(connectionId, out var line)) return;
        TakeFrom(byAddress, line.Address, 1);
        lock (line)
        {
            if (line.Watched > 0) TakeFrom(watchedByAddress, line.Address, line.Watched);
            line.Watched = -1;
        }
    }

    /// <summary>False when the lines of the address watch <see cref="MostWatchedOfAddress"/> things already.</summary>
    internal bool TryWatch(string connectionId)
    {
        if (!lines.TryGetValue(connectionId, out var line)) return false;
        lock (line)
        {
            if (line.Watched < 0) return false;
            if (watchedByAddress.AddOrUpdate(line.Address, 1, (_, x) => x + 1) > MostWatchedOfAddress)
            {
                TakeFrom(watchedByAddress, line.Address, 1);
                return false;
            }

            line.Watched++;
            return true;
        }
    }

    internal void Unwatch(string connectionId)
    {
        if (!lines.TryGetValue(connectionId, out var line)) return;
        lock (line)
        {
            if (line.Watched <= 0) return;
            line.Watched--;
            TakeFrom(watchedByAddress, line.Address, 1);
        }
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

    private static void TakeFrom(ConcurrentDictionary<string, int> counts, string address, int some)
    {
        if (counts.AddOrUpdate(address, 0, (_, x) => x - some) == 0) counts.TryRemove(new(address, 0));
    }
}
