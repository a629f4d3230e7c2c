using Aarya.Features.Commerce.Catalog;
using Marten;

namespace Aarya.Features.Commerce.Inventory.BackOffice;

/// <summary>A stock change by another program, booked once per reference.</summary>
public sealed record BookStock(string Sku, int Delta, string Reason, string Reference);

public static class BookStockHandler
{
    public static async Task<(StockAdjustment?, AnnounceChanges)> Handle(BookStock command, IDocumentSession session,
        CancellationToken cancellation) =>
        (await Stock.AdjustAsync(session, command.Sku, command.Delta, command.Reason, $"booking:{command.Reference}", cancellation), new());
}
