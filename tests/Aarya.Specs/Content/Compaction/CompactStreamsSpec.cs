using System.Diagnostics;
using System.Globalization;
using Aarya.Features;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;

namespace Aarya.Specs.Content.Compaction;

/// <summary>One process compacts at a time, and another one continues when it is killed or stands still.</summary>
public sealed class CompactStreamsSpec : IAsyncLifetime
{
    private const string Captured = "payment.payment_captured.v1";

    private static readonly DateTimeOffset Old = DateTimeOffset.UtcNow.AddDays(-31);

    private readonly CompactionRig rig = new();
    private readonly HashSet<Guid> sent = [];
    private readonly string sockets = Directory.CreateTempSubdirectory("aarya-compaction-").FullName;

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    [Fact]
    public async Task another_process_takes_over_from_one_that_stands_still_and_from_one_that_is_killed()
    {
        await using var first = await StartAsync("a");
        await SendAsync();
        var holder = await HolderAsync();
        await using var second = await StartAsync("b");

        await SignalAsync(first, "STOP");
        await SendAsync();
        Assert.NotEqual(holder, await HolderAsync());

        // The first one still believes that it is its turn, until it looks.
        await SignalAsync(first, "CONT");
        await SendAsync();

        await second.KillAsync();
        await SendAsync();
        Assert.Equal(holder, await HolderAsync());

        var archived = (await rig.ArchivedAsync()).ConvertAll(x => Guid.Parse((string)x["id"]!));
        Assert.Equal(sent.Count, archived.Count);
        Assert.Equal(sent, archived.ToHashSet());
    }

    [Fact]
    public async Task a_process_that_stops_ends_its_turn()
    {
        await using var first = await StartAsync("a");
        await SendAsync();

        await first.StopAsync();

        Assert.Equal(0, await rig.AskAsync<long>("select count(*) from content.lease"));
    }

    // Adds events that are older than the stream keeps them, and waits until they are archived and deleted.
    private async Task SendAsync()
    {
        for (var i = 0; i < 300; i++)
        {
            var body = new { orderId = Guid.NewGuid(), amount = Money.Rupees(1), at = Old };
            sent.Add(await rig.AddAsync(Streams.Payments, Captured, Old, body));
        }

        await rig.ReadByAllAsync(Streams.Payments);
        await Eventually.HoldsAsync("the stream is empty", async () => await rig.LengthAsync(Streams.Payments) == 0);
    }

    private Task<Guid> HolderAsync() => rig.AskAsync<Guid>("select holder from content.lease where name = 'compactor'");

    private Task<RoleProcess> StartAsync(string node) => RoleProcess.StartAsync("content", new Dictionary<string, string>(rig.Settings)
    {
        ["AARYA_SOLO"] = "false",
        ["AARYA_NODE"] = node,
        ["AARYA_SOCKET_DIR"] = Directory.CreateDirectory(Path.Combine(sockets, node)).FullName,
    });

    private static async Task SignalAsync(RoleProcess process, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await rig.DisposeAsync();
        Directory.Delete(sockets, recursive: true);
    }
}
