using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Popular;

/// <summary>Writes and reads the counts of popular searches every ten seconds, and writes the last ones at the stop.</summary>
public sealed class KeepPopularSearches(PopularSearches searches, TimeProvider time, ILogger<KeepPopularSearches> log) : Worker(time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await searches.WriteAsync(stopping);
        await searches.ReadAsync(stopping);
        return Every;
    }

    protected override Task EndAsync(CancellationToken stopping) => searches.WriteAsync(stopping);
}
