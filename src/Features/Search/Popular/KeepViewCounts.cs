using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Popular;

/// <summary>Writes and reads the counts of views every ten seconds, and writes the last ones at the stop.</summary>
public sealed class KeepViewCounts(ViewCounts views, TimeProvider time, ILogger<KeepViewCounts> log) : Worker(time, log)
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await views.WriteAsync(stopping);
        await views.ReadAsync(stopping);
        return Every;
    }

    protected override Task EndAsync(CancellationToken stopping) => views.WriteAsync(stopping);
}
