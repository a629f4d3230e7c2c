using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Wolverine;

namespace Aarya.Features.Commerce.Catalog;

/// <summary>Looks four times a second whether there is anything to announce, so that checkout need not say so itself.</summary>
public sealed partial class Announcer(
    ICommerceStore store, IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, TimeProvider time, ILogger<Announcer> log)
    : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Messages can be sent once the whole host has started, and this service is started with it.
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using (lifetime.ApplicationStarted.Register(started.SetResult)) await started.Task.WaitAsync(stoppingToken);

        using var pace = new PeriodicTimer(Pace, time);
        var failed = false;
        while (await pace.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await HasNewsAsync(stoppingToken)) await AnnounceAsync(stoppingToken);
                failed = false;
            }
#pragma warning disable CA1031 // Whatever is wrong, the changes wait in their tables and the next round tries again.
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
#pragma warning restore CA1031
            {
                if (!failed) LogFailed(log, e);
                failed = true;
            }
        }
    }

    private async Task<bool> HasNewsAsync(CancellationToken cancellation)
    {
        await using var session = store.QuerySession();
        await using var command = new NpgsqlCommand("select exists (select from commerce.product_changed) or exists (select from commerce.stock_changed)");
        await using var reader = await session.ExecuteReaderAsync(command, cancellation);
        return await reader.ReadAsync(cancellation) && reader.GetBoolean(0);
    }

    private async Task AnnounceAsync(CancellationToken cancellation)
    {
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(new AnnounceChanges(), cancellation);
    }

    [LoggerMessage(LogLevel.Warning, "Changes of the catalogue cannot be announced now; they wait")]
    private static partial void LogFailed(ILogger logger, Exception e);
}
