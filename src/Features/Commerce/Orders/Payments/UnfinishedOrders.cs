using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Outages;
using Aarya.Infrastructure.Workers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;

namespace Aarya.Features.Commerce.Orders.Payments;

/// <summary>
/// Repeats what an order still needs a minute after its message was due, because the message was lost or is a dead letter: an unpaid order
/// is cancelled, so that its goods can be sold, and paid goods leave the cart. Every node does this; each step locks what it changes and
/// happens once.
/// </summary>
public sealed partial class UnfinishedOrders(
    ICommerceStore store, IServiceScopeFactory scopes, TimeProvider time, ILogger<UnfinishedOrders> log)
    : Worker(time, log)
{
    /// <summary>How late a message may be before its work is done without it.</summary>
    public static readonly TimeSpan Late = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(30);

    // The oldest first. More than the limit wait for the next round.
    private const string Unpaid =
        "select order_id from commerce.unpaid_order where expires_at < $1 order by expires_at limit 1000";

    private const string InCart =
        """
        select order_id from commerce.cart_claim as claim join commerce.mt_doc_order as placed on placed.id = claim.order_id
        where ended_at is null and mt_last_modified < $1
          and not exists (select from commerce.unpaid_order as unpaid where unpaid.order_id = claim.order_id)
        order by mt_last_modified limit 1000
        """;

    protected override TimeSpan FirstRoundAfter => Pace;

    protected override TimeSpan LongestPause => Pace;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await FinishAsync(stopping);
        return Pace;
    }

    /// <summary>Does what is overdue now.</summary>
    /// <exception cref="AggregateException">Why some orders could not be finished; the others are.</exception>
    public async Task FinishAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        List<Exception> failures = [];
        foreach (var id in await FindAsync(session, Unpaid, cancellation))
            await TryAsync(id, () => DoAsync(new CancelUnpaidOrder(id), cancellation), failures);
        foreach (var id in await FindAsync(session, InCart, cancellation))
            await TryAsync(id, () => EmptyCartAsync(session, id, cancellation), failures);
        if (failures.Count > 0) throw new AggregateException(failures);
    }

    private async Task<List<Guid>> FindAsync(IQuerySession session, string query, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(query) { Parameters = { new() { Value = (Time.GetUtcNow() - Late).UtcDateTime } } };
        List<Guid> found = [];
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        while (await reader.ReadAsync(cancellation)) found.Add(reader.GetGuid(0));
        return found;
    }

    // One order that cannot be finished must not keep the others from being finished; during an outage none of them can be.
    private async Task TryAsync(Guid orderId, Func<Task> step, List<Exception> failures)
    {
        try
        {
            await step();
            LogFinished(orderId);
        }
#pragma warning disable CA1031 // Whatever is wrong with one order.
        catch (Exception e) when (e is not OperationCanceledException && !Outage.IsOfMessage(e))
#pragma warning restore CA1031
        {
            failures.Add(e);
        }
    }

    private async Task EmptyCartAsync(IQuerySession session, Guid orderId, CancellationToken cancellation)
    {
        if (await session.LoadAsync<Order>(orderId, cancellation) is { } order) await DoAsync(TakeOrderedFromCart.Of(order), cancellation);
    }

    private async Task DoAsync(object command, CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(command, cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "The message for order {OrderId} is overdue: what it asked for is now done without it.")]
    private partial void LogFinished(Guid orderId);
}
