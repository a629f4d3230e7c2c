using Aarya.Infrastructure.Hosting;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Aarya.Features.Commerce.Checkout;

/// <param name="Hold">How long stock is reserved for an unpaid order: <c>ORDER_HOLD_MINUTES</c>, 15 unless set.</param>
/// <param name="PerShopper">
/// The limit of unpaid orders and pieces per shopper: <c>UNPAID_ORDERS_PER_SHOPPER</c>, 5 unless set, and <c>UNPAID_PIECES_PER_SHOPPER</c>,
/// 50.
/// </param>
/// <param name="PerAddress">
/// The same limit per network address: <c>UNPAID_ORDERS_PER_ADDRESS</c>, 40 unless set, and <c>UNPAID_PIECES_PER_ADDRESS</c>, 150.
/// </param>
public sealed record CheckoutOptions(TimeSpan Hold, UnpaidLimit PerShopper, UnpaidLimit PerAddress)
{
    /// <exception cref="StartupException">A setting is not a whole number within its bounds.</exception>
    public static CheckoutOptions From(IConfiguration configuration) => new(
        TimeSpan.FromMinutes(configuration.Number("ORDER_HOLD_MINUTES")),
        new(configuration.Number("UNPAID_ORDERS_PER_SHOPPER"), configuration.Number("UNPAID_PIECES_PER_SHOPPER")),
        new(configuration.Number("UNPAID_ORDERS_PER_ADDRESS"), configuration.Number("UNPAID_PIECES_PER_ADDRESS")));
}

internal static class CheckoutSetup
{
    public static void AddCheckout(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(CheckoutOptions.From(configuration));
        services.AddSingleton<BuyerDirectory>();
    }

    public static void UseCheckout(this StoreOptions marten) => marten.Storage.ExtendedSchemaObjects.AddRange(CheckoutTables.All);
}
