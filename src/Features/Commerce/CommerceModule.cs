using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Catalog;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Orders;
using Aarya.Infrastructure.Grpc;
using Aarya.Infrastructure.Hosting;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Aarya.Features.Commerce;

public sealed class CommerceModule : Module<ICommerceStore>
{
    public override string Role => Roles.Commerce;

    public override ContextRpc Rpc { get; } = ContextRpc.Of<CommerceService, Protos.Commerce.Commerce.CommerceClient>();

    public override void AddServices(IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        services.AddCatalog();
        services.AddCart();
        services.AddCheckout(configuration);
        services.AddOrders();
    }

    public override void ConfigureMarten(StoreOptions marten)
    {
        marten.UseCatalog();
        marten.UseInventory();
        marten.UseCheckout();
        marten.UseOrders();
    }
}
