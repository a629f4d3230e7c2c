using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Options;
using Marten;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Reports the SKUs that have become low in stock since the last report.</summary>
public sealed record ReportLowStock;

public static class ReportLowStockHandler
{
    public static Task<StockLowNotice?> Handle(
        ReportLowStock _, IDocumentSession session, LowStockOptions options, DateTimeOffset now, CancellationToken cancellation) =>
        LowStock.TakeAsync(session, options, now, cancellation);
}
