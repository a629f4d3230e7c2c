using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Engine;

namespace Aarya.Features.Search.Index;

public static class FollowStockHandler
{
    public static Task Handle(StockChangedNotice changed, ISearchEngine engine, CancellationToken cancellation) =>
        engine.SetStockAsync(changed.Sku, changed.Available, changed.Sequence, cancellation);
}
