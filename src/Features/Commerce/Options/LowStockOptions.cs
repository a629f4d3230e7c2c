using Aarya.Infrastructure.Settings;
using Microsoft.Extensions.Configuration;

namespace Aarya.Features.Commerce.Options;

/// <param name="Threshold">The most pieces of a SKU that count as low: <c>LOW_STOCK</c>, 5 unless set; 0 reports nothing.</param>
public sealed record LowStockOptions(int Threshold)
{
    internal static NumberSetting Number { get; } = new("LOW_STOCK", 5, 0, 1_000_000);

    /// <exception cref="StartupException">The setting is not a whole number within its bounds.</exception>
    public static LowStockOptions From(IConfiguration configuration) => new(Number.Read(configuration));
}
