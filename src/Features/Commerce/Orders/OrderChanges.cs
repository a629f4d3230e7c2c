using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Redis;
using Marten;
using Marten.Internal;
using Marten.Services;
using StackExchange.Redis;

namespace Aarya.Features.Commerce.Orders;

/// <summary>
/// Notifies every node, after the commit, which orders have changed. The requests that wait for one then read it again; if a notification
/// is lost, they read it after their usual interval.
/// </summary>
internal sealed class OrderChanges(RedisConnections redis) : DocumentSessionListenerBase, IConfigureMarten<ICommerceStore>
{
    public static readonly RedisChannel Channel = RedisChannel.Literal("order_changed");

    public void Configure(IServiceProvider services, StoreOptions options) => options.Listeners.Add(this);

    public override Task AfterCommitAsync(IDocumentSession session, IChangeSet commit, CancellationToken token)
    {
        foreach (var stream in commit.GetStreams())
            _ = redis.StateConnection.GetSubscriber().PublishAsync(Channel, $"{stream.Id}", CommandFlags.FireAndForget);
        return Task.CompletedTask;
    }
}
