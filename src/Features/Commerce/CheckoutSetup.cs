using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Options;
using Aarya.Features.Commerce.Orders.Effects;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce;

internal static class CheckoutSetup
{
    public static void AddCheckout(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(CheckoutOptions.From(configuration));
        services.AddSingleton<BuyerDirectory>();
        services.AddSingleton<AbandonedCarts>();
    }

    public static void UseCheckout(this StoreOptions marten) => marten.Storage.ExtendedSchemaObjects.AddRange(OrderTables.All);
}
