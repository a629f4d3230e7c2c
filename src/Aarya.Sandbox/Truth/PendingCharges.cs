namespace Aarya.Sandbox.Truth;

/// <summary>Completes pending charges when they are due.</summary>
internal sealed class PendingCharges(Books books) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(stoppingToken)) await books.ClearAsync();
    }
}
