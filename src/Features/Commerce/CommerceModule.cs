using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Catalog.Pictures;
using Aarya.Features.Commerce.Demo;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.PriceAlerts;
using Aarya.Features.Commerce.Store;
using Aarya.Features.Commerce.Wishlist;
using Aarya.Features.Storefront;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Operators;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Seeding;
using Aarya.Infrastructure.Settings;
using Aarya.Infrastructure.Telemetry;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Commerce;

public sealed class CommerceModule : Module<ICommerceStore>
{
    public override string Role => Roles.Commerce;

    public override int Port => 8010;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<CommerceService, Protos.Commerce.Commerce.CommerceClient>();

    public override IReadOnlyList<RatePolicy> RatePolicies { get; } =
    [
        // Against sending mail to strangers.
        new("lookup", 10, TimeSpan.FromMinutes(1)),
        // Against testing stolen cards.
        new("payment", 30, TimeSpan.FromMinutes(1)),
        // Against entering addresses of strangers.
        new("back_in_stock", 10, TimeSpan.FromMinutes(1)),
    ];

    public override IReadOnlyList<string> TracedIds => ["OrderId", "ProductId", "RefundId"];

    public override IReadOnlyList<DatabaseGauge> Gauges => [.. OrderGauges.All, .. StockGauges.All];

    public override OperatorsView OperatorsView => OrderCharts.View;

    public override IReadOnlyList<NumberSetting> NumberSettings => [.. CheckoutOptions.Numbers, LowStockOptions.Number];

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddShopperFeed();
        services.AddCatalog();
        services.AddSingleton<Picture>();
        services.AddSingleton<ISeed, DemoShop>();
        services.AddInventory();
        services.AddSingleton(LowStockOptions.From(configuration));
        services.AddCart();
        services.AddCheckout(configuration);
        services.AddOrders();
        services.AddHostedService<WishlistPruning>();
    }

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.UseCatalog();
        marten.UseInventory();
        marten.UseCheckout();
        marten.UseOrders();
        marten.UseBackInStock();
        marten.UsePriceAlerts();
        marten.Storage.ExtendedSchemaObjects.AddRange(WishlistTables.All);
    }
}
