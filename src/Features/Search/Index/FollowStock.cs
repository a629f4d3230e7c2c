using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Postgres;

namespace Aarya.Features.Search.Index;

public static class FollowStockHandler
{
    public static Task Handle(StockChangedNotice changed, ProductIndex index, CancellationToken cancellation) =>
        index.SetStockAsync(changed.Sku, changed.Available, changed.Sequence, cancellation);
}
