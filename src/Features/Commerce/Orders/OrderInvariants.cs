using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Invariants;
using Aarya.Infrastructure.Postgres;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce.Orders;

/// <summary>What must hold in the orders.</summary>
internal static class OrderInvariants
{
    public static void AddOrderInvariants(this IServiceCollection services)
    {
        services.AddSingleton<IInvariant, OrdersAddUp>();
        services.AddSingleton<IInvariant>(x => new TableInvariant(x.GetRequiredService<ContextDatabases>(), Roles.Commerce,
            "the goods of an order are reserved until it is paid, then sold", $"select count(*) || ' lines' from {Lines}",
            $"""
            select 'order ' || number || ' is ' || ordered.status || ': ' || ordered.quantity || ' of ' || sku || ' ordered, '
              || coalesce(taken.quantity || ' ' || taken.status, 'none taken')
            from {Lines} left join commerce.reservation as taken using (id, sku)
            where taken.quantity is distinct from ordered.quantity or taken.status <> case ordered.status
              when '{nameof(OrderStatus.PendingPayment)}' then 'held' else 'sold' end
            """));
    }

    // Of the orders that have their goods for certain; a cancelled or refunded one may have returned them.
    private static readonly string Lines = $"""
        (
          select id, data ->> 'number' as number, data ->> 'status' as status, line ->> 'sku' as sku,
            sum((line ->> 'quantity')::integer) as quantity
          from commerce.mt_doc_order, jsonb_array_elements(data -> 'lines') as line
          where data ->> 'status' in ('{nameof(OrderStatus.PendingPayment)}', '{nameof(OrderStatus.Confirmed)}',
            '{nameof(OrderStatus.Packed)}', '{nameof(OrderStatus.Shipped)}', '{nameof(OrderStatus.Delivered)}')
          group by id, data, line ->> 'sku'
        ) as ordered
        """;
}

/// <summary>Every order is what its facts say, and its sums are right.</summary>
internal sealed class OrdersAddUp(ICommerceStore store, ContextDatabases databases) : StreamInvariant<ICommerceStore, Order>(
    store, databases, Roles.Commerce, "every order is what its facts say, and adds up")
{
    protected override IEnumerable<string> FaultsOf(Order stored)
    {
        var (totals, lines) = (stored.Totals, stored.Lines.Sum(x => x.LineTotal.Minor));
        if (totals.Subtotal.Minor != lines) yield return Fault($"its lines sum to {lines}, not {totals.Subtotal.Minor}");
        if (totals.Total.Minor != totals.Subtotal.Minor - totals.Discount.Minor + totals.Shipping.Minor)
            yield return Fault($"its total is {totals.Total.Minor}");
        if (totals.Taxes is { } taxes && taxes.Sum(x => x.Taxable.Minor + x.Tax.Minor) != totals.Total.Minor)
            yield return Fault("its taxes and what they are on do not sum to its total");
        if (HoldsSoldGoods(stored.Status) && stored.Paid.Minor < totals.Total.Minor)
            yield return Fault($"{stored.Paid.Minor} of {totals.Total.Minor} is paid, and it is {stored.Status}");
        if (stored.IsPaid && stored.GivenBack.Minor > stored.Paid.Minor)
            yield return Fault($"{stored.GivenBack.Minor} of {stored.Paid.Minor} is refunded");

        string Fault(string what) => $"order {stored.Number}: {what}";
    }

    private static bool HoldsSoldGoods(OrderStatus status) =>
        status is OrderStatus.Confirmed or OrderStatus.Packed or OrderStatus.Shipped or OrderStatus.Delivered;
}
