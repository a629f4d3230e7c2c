using System.Threading.Channels;
using Aarya.Infrastructure.Hosting;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace Aarya.Infrastructure.RealTime;

/// <summary>
/// Sends messages to a shopper's live connections, from any process. Callers do not wait: while Redis does not answer, a
/// hub call takes seconds, so calls go through a bounded queue that drops the oldest. A client can read what it missed
/// over REST, which always has the current state.
/// </summary>
public sealed partial class ShopperFeed(IHubContext<StorefrontHub, IShopperLine> hub, TimeProvider time, ILogger<ShopperFeed> log)
    : Worker(time, log)
{
    private const int Backlog = 10_000;

    private readonly Channel<(string Group, Func<IShopperLine, Task> Tell)> waiting =
        Channel.CreateBounded<(string, Func<IShopperLine, Task>)>(new BoundedChannelOptions(Backlog)
        {
            FullMode = BoundedChannelFullMode.DropOldest,
            SingleReader = true,
        });

    /// <summary>Queues the call and returns at once. Call it after the commit, never inside the transaction.</summary>
    public void Tell(Guid subject, Func<IShopperLine, Task> tell) => waiting.Writer.TryWrite((StorefrontHub.ShopperGroup(subject), tell));

    /// <summary>As <see cref="Tell"/>, to the connections that watch the product.</summary>
    public void TellWatchers(Guid productId, Func<IShopperLine, Task> tell) =>
        waiting.Writer.TryWrite((StorefrontHub.ProductGroup(productId), tell));

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
                LogMissed(Log, e);
            }
        }

        return null;
    }

    [LoggerMessage(LogLevel.Warning, "A live message did not reach the shopper's connections")]
    private static partial void LogMissed(ILogger logger, Exception e);
}
