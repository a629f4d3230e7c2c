using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.Logging;

namespace Aarya.Features.Search.Postgres;

/// <summary>Reads the products on sale after the start, so that the first search does not wait for them.</summary>
public sealed class FillShelf(Shelf shelf, TimeProvider time, ILogger<FillShelf> log) : Worker(time, log)
{
    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await shelf.ViewAsync(stopping);
        return null;
    }
}
