using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Features.Commerce.Options;

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
    private const int MostUnpaid = 1_000_000;

    private static readonly NumberSetting HoldMinutes = new("ORDER_HOLD_MINUTES", 15, 1, 24 * 60);
    private static readonly NumberSetting OrdersPerShopper = new("UNPAID_ORDERS_PER_SHOPPER", 5, 0, MostUnpaid);
    private static readonly NumberSetting PiecesPerShopper = new("UNPAID_PIECES_PER_SHOPPER", 50, 0, MostUnpaid);
    private static readonly NumberSetting OrdersPerAddress = new("UNPAID_ORDERS_PER_ADDRESS", 40, 0, MostUnpaid);
    private static readonly NumberSetting PiecesPerAddress = new("UNPAID_PIECES_PER_ADDRESS", 150, 0, MostUnpaid);

    internal static IReadOnlyList<NumberSetting> Numbers { get; } =
        [HoldMinutes, OrdersPerShopper, PiecesPerShopper, OrdersPerAddress, PiecesPerAddress];

    /// <exception cref="StartupException">A setting is not a whole number within its bounds.</exception>
    public static CheckoutOptions From(IConfiguration configuration) => new(
        TimeSpan.FromMinutes(HoldMinutes.Read(configuration)),
        new(OrdersPerShopper.Read(configuration), PiecesPerShopper.Read(configuration)),
        new(OrdersPerAddress.Read(configuration), PiecesPerAddress.Read(configuration)));
}
