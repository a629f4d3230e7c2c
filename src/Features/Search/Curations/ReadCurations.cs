using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Curations;

/// <summary>Reads the curations every two seconds, and stores those with keys of older rules under today's.</summary>
public sealed class ReadCurations(KnownCurations curations, TimeProvider time, ILogger<ReadCurations> log) : Worker(time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await curations.ReadAsync(stopping);
        if (curations.HaveOldKeys) await curations.StoreKeysAgainAsync(stopping);
        return Every;
    }
}
