using System.Threading.Channels;
using Aarya.Infrastructure.Workers;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// Sends messages to live connections, from any process. Callers do not wait: while Redis does not answer, a hub call takes seconds, so
/// calls go through a bounded queue that drops the oldest. A client can read what it missed over REST, which always has the current state.
/// </summary>
public abstract class LiveFeed<THub, TClient>(IHubContext<THub, TClient> hub, TimeProvider time, ILogger log) : Worker(time, log)
    where THub : LiveHub<TClient>
    where TClient : class
{
    private const int Backlog = 10_000;

    private readonly Channel<(string Group, Func<TClient, Task> Tell)> waiting =
        Channel.CreateBounded<(string, Func<TClient, Task>)>(new BoundedChannelOptions(Backlog)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });

    /// <summary>
    /// Queues the call to a caller's connections and returns at once. Call it after the commit, never inside the transaction.
    /// </summary>
    public void Tell(Guid subject, Func<TClient, Task> tell) => waiting.Writer.TryWrite((LiveGroups.OfCaller(subject), tell));

    /// <summary>As <see cref="Tell"/>, to the connections that watch the thing with this id.</summary>
    public void TellWatchers(Guid id, Func<TClient, Task> tell) => waiting.Writer.TryWrite((LiveGroups.OfWatchers(id), tell));

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await foreach (var (group, tell) in waiting.Reader.ReadAllAsync(stopping))
        {
            try
            {
                await tell(hub.Clients.Group(group));
            }
#pragma warning disable CA1031 // Whatever the backplane throws, the next message must still be sent.
            catch (Exception e)
#pragma warning restore CA1031
            {
                LiveFeedLog.Missed(Log, e);
            }
        }

        return null;
    }
}

internal static partial class LiveFeedLog
{
    [LoggerMessage(LogLevel.Warning, "A live message did not reach its connections")]
    public static partial void Missed(ILogger log, Exception e);
}
