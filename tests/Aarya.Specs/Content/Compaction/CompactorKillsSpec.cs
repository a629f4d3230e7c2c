using System.Diagnostics;
using Aarya.Features;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Content.Compaction;

/// <summary>
/// Compaction is killed fifty times, at random times of its work, while events come. A ledger of what was sent is compared afterwards: no
/// event is missing in the archive or there twice, no count is wrong, and no entry went before it was archived or counted.
/// </summary>
public sealed class CompactorKillsSpec : IAsyncLifetime
{
    private const int Kills = 50;

    // So that one often overtakes the other.
    private const int AtOnce = 2;

    // Per round and stream: the work of some hundred milliseconds, in which the kills are.
    private const int OrdersPerRound = 600;
    private const int CartsPerRound = 1_500;

    private readonly CompactionRig rig = new();
    private readonly HashSet<Guid> sent = [];
    private int sentChanges;

    // Old enough to be deleted as soon as they are archived or counted.
    private readonly DateTimeOffset at = DateTimeOffset.UtcNow.AddDays(-40);

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    [Fact]
    public async Task fifty_kills_at_random_times_lose_nothing_and_repeat_nothing()
    {
        // The time that they take on this machine when nothing ends them.
        var whole = (await RoundAsync(null, null)).Max();
        List<string> steps = [];
        var random = new Random(12);
        for (var round = 0; round < Kills / AtOnce; round++)
        {
            var (orders, before) = (sent.Count + OrdersPerRound, sentChanges + CartsPerRound);
            // The later kill of each round comes in another part of that time, and the last ones after it.
            var later = whole * (1.2 * AtOnce * (round + random.NextDouble()) / Kills);
            await RoundAsync(later, later * random.NextDouble());
            steps.Add(await StepAsync(orders, before));
            // Every other round goes on with what the kills have left. Without an end to that, the kills would never come to its end.
            if (round % 2 == 1) await RestAsync();
        }

        await RestAsync();
        var archived = (await rig.ArchivedAsync()).ConvertAll(x => Guid.Parse((string)x["id"]!));
        Assert.Equal(sent.Count, archived.Count);
        Assert.Equal(sent.Order(), archived.Order());
        Assert.Equal(sentChanges, await CountedAsync());
        Assert.Equal(sent.Count, await rig.AskAsync<long>("select count(*) from content.order_snapshot"));
        Assert.Equal((0L, 0L), (await rig.LengthAsync(Streams.Orders), await rig.LengthAsync(Streams.Analytics)));
        var hit = string.Join(", ", steps.GroupBy(x => x).OrderBy(x => x.Key).Select(x => $"{x.Count()} {x.Key}"));
        TestContext.Current.SendDiagnosticMessage("kills within {0:0.0} s, {1} orders: {2}", whole.TotalSeconds, sent.Count, hit);
        Assert.True(steps.Distinct().Count() > 2, $"The kills came at the same step, so they show little: {hit}.");
    }

    /// <summary>Compacts with several processes while events come, and ends each after its time.</summary>
    /// <returns>How long each has worked.</returns>
    private async Task<TimeSpan[]> RoundAsync(params TimeSpan?[] after)
    {
        await SendAsync(OrdersPerRound, CartsPerRound);
        var killing = Task.WhenAll(after.Select(KillAsync));
        // At a fixed rate: as fast as it can, a fast machine sends more than it can compact.
        using var pace = new PeriodicTimer(TimeSpan.FromMilliseconds(25));
        while (!killing.IsCompleted)
        {
            await SendAsync(5, 20);
            await pace.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }

        return await killing;
    }

    /// <summary>Compacts what is left.</summary>
    private async Task RestAsync()
    {
        await rig.ReadByAllAsync(Streams.Orders);
        foreach (var stream in new[] { Streams.Orders, Streams.Analytics }) await rig.CompactAsync(stream);
    }

    private async Task SendAsync(int orders, int changes)
    {
        List<Task> adding = [];
        for (var i = 0; i < orders; i++) adding.Add(OrderAsync());
        var cart = new { subject = Guid.NewGuid(), change = "add", lines = new[] { new { sku = "KURTA-M", was = 0, quantity = 1 } }, at };
        for (var i = 0; i < changes; i++) adding.Add(rig.AddAsync(Streams.Analytics, "commerce.cart_changed.v1", at, cart));
        await Task.WhenAll(adding);
        sentChanges += changes;
        await rig.ReadByAllAsync(Streams.Orders);

        async Task OrderAsync()
        {
            var order = new { orderId = Guid.CreateVersion7(), number = "AC-1", total = Money.Rupees(1_299), placedAt = at };
            var id = await rig.AddAsync(Streams.Orders, "commerce.order_placed.v1", at, order);
            lock (sent) sent.Add(id);
        }
    }

    /// <summary>Starts the command, and ends it with SIGKILL at this time after it has begun to compact.</summary>
    /// <param name="after">Null: it ends by itself.</param>
    /// <returns>The time that it has worked.</returns>
    private async Task<TimeSpan> KillAsync(TimeSpan? after)
    {
        var start = ChildProgram.Aarya(["compact", "--once"], rig.Settings);
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start)!;
        // It prints its heading when it begins.
        var heading = await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(
            Eventually.Patience, TestContext.Current.CancellationToken);
        Assert.True(heading?.StartsWith("stream ", StringComparison.Ordinal), $"{heading} {(process.HasExited ? "ended" : "runs")}");
        var watch = Stopwatch.StartNew();
        var ended = process.WaitForExitAsync(TestContext.Current.CancellationToken);
        if (after is not { } time)
        {
            await ended.WaitAsync(Eventually.Patience, TestContext.Current.CancellationToken);
            Assert.Equal(0, process.ExitCode);
            return watch.Elapsed;
        }

        // The time of the kill is what the spec varies; it waits for nothing.
        await Task.WhenAny(ended, Task.Delay(time, TestContext.Current.CancellationToken));
        if (!process.HasExited) process.Kill();
        await ended;
        return watch.Elapsed;
    }

    private async Task<double> CountedAsync() => await rig.AskAsync<double>(
        "select coalesce(sum(count), 0) from content.analytics_day where kind = 'add_to_cart' and subject = 'KURTA-M'");

    /// <summary>How far the round has come with what was sent before it: the streams are compacted one after the other.</summary>
    private async Task<string> StepAsync(int orders, int before)
    {
        var archived = await rig.AskAsync<long>("select coalesce(sum(events), 0)::bigint from content.event_archive");
        if (archived <= orders - OrdersPerRound) return "before the archive";
        if (archived < orders) return "while archiving";
        var counted = await CountedAsync();
        if (counted <= before - CartsPerRound) return "before the counts";
        if (counted < before) return "while counting";
        return await rig.LengthAsync(Streams.Analytics) > sentChanges - counted ? "before or while deleting" : "after the end";
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();
}
