using Aarya.Infrastructure.Invariants;
using Aarya.Infrastructure.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce.Inventory;

/// <summary>What must hold in the stock.</summary>
internal static class StockInvariants
{
    private const string Skus = "select count(*) || ' SKUs' from commerce.stock";

    public static void AddStockInvariants(this IServiceCollection services)
    {
        services.AddSingleton<IInvariant>(x => new TableInvariant(x.GetRequiredService<ContextDatabases>(), Roles.Commerce,
            "stock is the sum of its ledger, and reserved pieces the sum of their reservations", Skus,
            $"""
            select stock.sku || ': ' || on_hand || ' on hand, ' || coalesce(ledger.pieces, 0) || ' in the ledger; ' || reserved
              || ' reserved, ' || coalesce(held.pieces, 0) || ' in reservations' from {StockGauges.Imbalances}
            """));
        services.AddSingleton<IInvariant>(x => new TableInvariant(x.GetRequiredService<ContextDatabases>(), Roles.Commerce,
            "available, reserved and sold pieces are those that were put in", Skus,
            // A sale and its return are booked under the reservation; everything else puts pieces in or takes them out.
            """
            select sku || ': ' || on_hand - reserved || ' available, ' || reserved || ' reserved, ' || sold || ' sold, '
              || put_in || ' put in'
            from (
              select stock.sku, on_hand, reserved, coalesce(sale.pieces, 0) as sold, coalesce(ledger.pieces, 0) as put_in
              from commerce.stock
              left join (select sku, sum(quantity) as pieces from commerce.reservation where status = 'sold' group by sku) as sale
                using (sku)
              left join (
                select sku, sum(delta) as pieces from commerce.stock_ledger where reference not like 'reservation:%' group by sku
              ) as ledger using (sku)
            ) as balance
            where on_hand + sold <> put_in or reserved < 0 or on_hand < reserved
            """));
    }
}
