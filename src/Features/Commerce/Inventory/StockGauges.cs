using Aarya.Infrastructure.Telemetry;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>Metrics of the stock.</summary>
internal static class StockGauges
{
    /// <summary>The rows of stock that are not what the ledger and the reservations say.</summary>
    internal const string Imbalances = """
        commerce.stock as stock
        left join (select sku, sum(delta) as pieces from commerce.stock_ledger group by sku) as ledger using (sku)
        left join (select sku, sum(quantity) as pieces from commerce.reservation where status = 'held' group by sku) as held using (sku)
        where stock.on_hand <> coalesce(ledger.pieces, 0) or stock.reserved <> coalesce(held.pieces, 0)
        """;

    public static IReadOnlyList<DatabaseGauge> All { get; } =
    [
        new("aarya_reserved_pieces", "Pieces that unpaid orders hold.", "select coalesce(sum(reserved), 0)::float8 from commerce.stock"),
        new("aarya_stock_imbalances",
            "SKUs whose stock is not the sum of its ledger, or whose reserved pieces are not the sum of their reservations.",
            $"select count(*)::float8 from {Imbalances}")
        {
            // It reads the whole ledger.
            Every = TimeSpan.FromMinutes(10),
            Patience = TimeSpan.FromMinutes(1),
        },
    ];
}
