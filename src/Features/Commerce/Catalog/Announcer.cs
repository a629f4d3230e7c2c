using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Workers;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>Checks four times per second whether there is anything to announce, so that checkout does not have to trigger it.</summary>
public sealed class Announcer(
    ICommerceStore store, ProductCache cache, IServiceScopeFactory scopes, TimeProvider time, ILogger<Announcer> log)
    : Worker(time, log)
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    protected override async Task<TimeSpan?> RoundAsync(CancellationToken stopping)
    {
        await cache.DropMissedAsync();
        if (await HasNewsAsync(stopping)) await AnnounceAsync(stopping);
        return Pace;
    }

    private async Task<bool> HasNewsAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        await using var command =
            new NpgsqlCommand("select exists (select from commerce.product_changed) or exists (select from commerce.stock_changed)");
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation) && reader.GetBoolean(0);
    }

    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new AnnounceChanges(), cancellation);
    }
}
