using Aarya.Infrastructure.Rates;
using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// How often a live line may call: <see cref="PerSecond"/> times per second after a first burst of <see cref="Burst"/>. A call beyond that
/// is refused; a line that continues to call is closed.
/// </summary>
public sealed class CallLimit(TimeProvider time) : IHubFilter
{
    public const int PerSecond = 20;

    /// <summary>Enough for a client that watches everything again after a reconnection.</summary>
    public const int Burst = 2 * LiveConnections.MostWatched;

    private const int RefusedBeforeClosing = 200;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds((double)Burst / PerSecond);

    private readonly LocalRates calls = new(time, RateCounter.MostClients);

    public async ValueTask<object?> InvokeMethodAsync(
        HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var line = invocationContext.Context;
        if (calls.Take([new(line.ConnectionId, Burst, Window)]) == TimeSpan.Zero) return await next(invocationContext);
        var refused = line.Items.TryGetValue(nameof(CallLimit), out var before) ? (int)before! + 1 : 1;
        line.Items[nameof(CallLimit)] = refused;
        if (refused >= RefusedBeforeClosing) line.Abort();
        throw new HubException($"rate.limited: a connection may make {PerSecond} calls per second.");
    }
}
