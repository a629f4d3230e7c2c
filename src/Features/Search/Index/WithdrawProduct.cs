using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Postgres;

namespace Aarya.Features.Search.Index;

public static class WithdrawProductHandler
{
    public static Task Handle(ProductWithdrawnNotice withdrawn, ProductIndex index, CancellationToken cancellation) =>
        index.WithdrawAsync(withdrawn.ProductId, withdrawn.Version, cancellation);
}
