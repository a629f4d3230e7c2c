using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Index;

public static class WithdrawProductHandler
{
    public static Task Handle(ProductWithdrawnNotice withdrawn, ISearchEngine engine, CancellationToken cancellation) =>
        engine.WithdrawAsync(withdrawn.ProductId, withdrawn.Version, cancellation);
}
