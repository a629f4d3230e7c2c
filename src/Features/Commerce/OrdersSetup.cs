using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.BackOffice;
using Aarya.Features.Commerce.Orders.Links;
using Aarya.Features.Commerce.Orders.Payments;
using Aarya.Features.Commerce.Store;
using JasperFx.Events.Projections;
using Marten;
using Marten.Internal;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce;

internal static class OrdersSetup
{
    public static void AddOrders(this IServiceCollection services)
    {
        services.AddSingleton<OrderWatch>();
        services.AddSingleton<OrderLinks>();
        services.AddHostedService(x => x.GetRequiredService<OrderLinks>());
        services.AddSingleton<UnfinishedOrders>();
        services.AddHostedService(x => x.GetRequiredService<UnfinishedOrders>());
        services.AddSingleton<IConfigureMarten<ICommerceStore>, OrderChanges>();
        services.AddOrderInvariants();
    }

    private static string OpenStates => string.Join(", ", OrderGauges.Open.Select(x => $"'{x}'"));

    public static void UseOrders(this StoreOptions marten)
    {
        marten.Events.AddEventTypes(OrderFacts.All);
        marten.Projections.Add<OrderProjection>(ProjectionLifecycle.Inline);
        marten.Schema.For<Order>()
            .Index(x => new { x.Subject, x.Sequence })
            .Index(x => x.EmailIndex)
            .Index(x => x.Sequence)
            .Index(x => x.PlacedAt)
            // Spelt as PostgreSQL returns it; otherwise every migration would see a difference.
            .Index(x => x.Status, x => x.Predicate = $"(data ->> 'status') = any (array[{OpenStates}])")
            .GinIndexJsonData(x => (x.Name, x.Columns) = ("order_recipient", [$"({ListAllOrdersEndpoint.Names})"]))
            .GinIndexJsonData(x => (x.Name, x.Columns) = ("order_sku", [ListAllOrdersEndpoint.Skus]))
            .UniqueIndex(x => x.Number);
        marten.Schema.For<OrderLink>().Index(x => x.TokenHash).Index(x => x.AddressIndex).Index(x => x.OrderId);
    }
}
