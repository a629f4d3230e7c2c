using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Recommendations;

/// <summary>Reads the purchases every ten seconds, or less often when that takes long: it may take a twentieth of a core.</summary>
public sealed class ReadPurchases(Purchases purchases, TimeProvider time, ILogger<ReadPurchases> log) : Worker(time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        var began = Time.GetTimestamp();
        await purchases.ReadAsync(stopping);
        var pause = 20 * Time.GetElapsedTime(began);
        return pause > Every ? pause : Every;
    }
}
