using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Wolverine;

namespace Aarya.Specs.Streams.Orders;

/// <summary>
/// Reads lines of a number and a note from standard input, places that many orders, and writes the ids of the committed ones to
/// standard output.
/// </summary>
public sealed class Till(IServiceProvider services, IHostApplicationLifetime lifetime) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        using var started = lifetime.ApplicationStarted.Register(() => Console.WriteLine("ready"));
        // The console reads without regard to a cancellation: the program would stop only when its time to stop is over.
        while (await Task.Run(Console.In.ReadLineAsync).WaitAsync(stoppingToken) is { } line)
        {
            var words = line.Split(' ', 2);
            var count = int.Parse(words[0], CultureInfo.InvariantCulture);
            var note = words is [_, var text] ? text : "";
            await Parallel.ForEachAsync(Enumerable.Range(1, count), new ParallelOptions { MaxDegreeOfParallelism = 4 },
                (x, _) => PlaceAsync(x, note));
            Console.WriteLine("all placed");
        }
    }

    private async ValueTask PlaceAsync(int number, string note)
    {
        var order = new PlaceOrder(Guid.CreateVersion7(), number, note);
        try
        {
            await using var scope = services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(order);
            Console.WriteLine($"placed {order.OrderId}");
        }
        catch (Exception e)
        {
            Console.WriteLine($"refused {order.OrderId}: {e.Message}");
        }
    }
}
