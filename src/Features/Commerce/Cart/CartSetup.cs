using Aarya.Features.Commerce.Pricing;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce.Cart;

internal static class CartSetup
{
    public static void AddCart(this IServiceCollection services)
    {
        services.AddSingleton<Carts>();
        services.AddSingleton<Offers>();
        services.AddSingleton<CartAnswers>();
    }
}
