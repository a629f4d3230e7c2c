using Aarya.Features.Search.Contracts;
using Aarya.Infrastructure.Messaging;
using Marten;

namespace Aarya.Features.Search.Recommendations;

/// <summary>What was ordered and cancelled was not bought.</summary>
[Rebuilds]
public static class ForgetCancelledOrderHandler
{
    public static Task Handle(OrderCancelledNotice cancelled, IDocumentSession session, CancellationToken cancellation) =>
        session.ForgetOrderAsync(cancelled.OrderId, cancellation);
}
