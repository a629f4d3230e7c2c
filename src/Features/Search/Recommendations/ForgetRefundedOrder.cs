using Aarya.Features.Search.Contracts;
using Aarya.Infrastructure.Messaging;
using Marten;

namespace Aarya.Features.Search.Recommendations;

/// <summary>An order that was fully refunded was not bought. After a partial refund the whole order still counts.</summary>
[Rebuilds]
public static class ForgetRefundedOrderHandler
{
    public static Task Handle(OrderRefundedNotice refunded, IDocumentSession session, CancellationToken cancellation) =>
        refunded.Whole ? session.ForgetOrderAsync(refunded.OrderId, cancellation) : Task.CompletedTask;
}
