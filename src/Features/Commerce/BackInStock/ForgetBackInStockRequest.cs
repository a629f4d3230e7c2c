using Marten;

namespace Aarya.Features.Commerce.BackInStock;

/// <summary>Removes a request that is as old as a request may become.</summary>
public sealed record ForgetBackInStockRequest(Guid RequestId);

public static class ForgetBackInStockRequestHandler
{
    public static Task Handle(ForgetBackInStockRequest command, IDocumentSession session, CancellationToken cancellation) =>
        WaitingList.TakeAsync(session, x => x.Id == command.RequestId, 1, cancellation);
}
