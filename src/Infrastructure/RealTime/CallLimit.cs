using Microsoft.AspNetCore.SignalR;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// How often a live line may call: <see cref="PerSecond"/> times per second after a first burst of <see cref="Burst"/>. A call beyond that is
/// refused; a line that goes on all the same is closed.
/// </summary>
public sealed class CallLimit(TimeProvider time) : IHubFilter
{
    public const int PerSecond = 20;

    /// <summary>Enough for a client that watches every product again after a reconnection.</summary>
    public const int Burst = 2 * StorefrontHub.MostWatched;

    private const int RefusedBeforeClosing = 200;

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext invocationContext, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        var line = invocationContext.Context;
        var calls = (Calls)(line.Items["calls"] ??= new Calls { EvenAt = time.GetTimestamp() });
        if (calls.Take(time)) return await next(invocationContext);
        if (++calls.Refused >= RefusedBeforeClosing) line.Abort();
        throw new HubException($"rate.limited: a line may call {PerSecond} times per second.");
    }

    /// <summary>The generic cell rate algorithm. Calls of one line come one at a time.</summary>
    private sealed class Calls
    {
        public long EvenAt { get; set; }

        public int Refused { get; set; }

        public bool Take(TimeProvider time)
        {
            var (now, interval) = (time.GetTimestamp(), time.TimestampFrequency / PerSecond);
            var next = Math.Max(EvenAt, now) + interval;
            if (next - now > Burst * interval) return false;
            EvenAt = next;
            return true;
        }
    }
}
