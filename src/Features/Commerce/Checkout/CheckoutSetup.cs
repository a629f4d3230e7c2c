using Aarya.Infrastructure.Hosting;
using Marten;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Weasel.Postgresql;

namespace Aarya.Features.Commerce.Checkout;

/// <param name="Hold">How long goods are held for an order that is not paid yet: <c>ORDER_HOLD_MINUTES</c>, 15 unless set.</param>
public sealed record CheckoutOptions(TimeSpan Hold)
{
    public static CheckoutOptions From(IConfiguration configuration) =>
        new(TimeSpan.FromMinutes(configuration.Number("ORDER_HOLD_MINUTES")));
}

internal static class CheckoutSetup
{
    public static void AddCheckout(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(CheckoutOptions.From(configuration));
        services.AddSingleton<Buyers>();
    }

    public static void UseCheckout(this StoreOptions marten)
    {
        var sequence = new PostgresqlObjectName(Roles.Commerce, "order_sequence", SchemaUtils.IdentifierUsage.General);
        marten.Storage.ExtendedSchemaObjects.Add(new Sequence(sequence, 1));
        marten.Storage.ExtendedSchemaObjects.Add(CartClaims.Table());
    }
}
