using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Curations;

/// <summary>Reads the curations every two seconds; before the first time, it stores them under the keys of today's rules.</summary>
public sealed class ReadCurations(KnownCurations curations, TimeProvider time, ILogger<ReadCurations> log) : Worker(time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private bool haveTodaysKeys;

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        if (!haveTodaysKeys) await curations.StoreKeysAgainAsync(stopping);
        haveTodaysKeys = true;
        await curations.ReadAsync(stopping);
        return Every;
    }
}
