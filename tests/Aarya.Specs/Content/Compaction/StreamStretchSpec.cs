using Aarya.Features;
using Aarya.Features.Content.Compaction;
using Aarya.Infrastructure.Messaging.Streams.Entries;

namespace Aarya.Specs.Content.Compaction;

/// <summary>What a stream had is read again from the archive and from the stream: complete, and as its readers got it.</summary>
public sealed class StreamStretchSpec : IAsyncLifetime
{
    private const string Placed = "commerce.order_placed.v1";

    private static DateTimeOffset Now => DateTimeOffset.UtcNow;

    private readonly CompactionRig rig = new();

    public ValueTask InitializeAsync() => rig.InitializeAsync();

    [Fact]
    public async Task a_stretch_has_every_event_between_its_times_from_archive_and_stream()
    {
        List<(Guid Id, DateTimeOffset At)> sent = [];
        // Entries have whole milliseconds.
        var first = DateTimeOffset.FromUnixTimeMilliseconds(Now.AddDays(-9).ToUnixTimeMilliseconds());
        for (var i = 0; i < 300; i++)
        {
            var at = first.AddHours(0.7 * i);
            sent.Add((await rig.AddAsync(Streams.Orders, Placed, at, Body(Guid.NewGuid())), at));
            // Some are only in the archive, some in both, and the newest only in the stream.
            if (i == 260) await rig.CompactAsync(Streams.Orders);
        }

        Assert.InRange(await rig.LengthAsync(Streams.Orders), 50, 290);
        var (from, to) = (sent[20].At, sent[280].At);
        var read = (await ReadAsync(from, to)).OfType<StreamRecord>().ToList();

        Assert.Equal(sent[20..280].Select(x => x.Id), read.Select(x => x.EventId).Distinct());
        Assert.All(read, x => Assert.Equal(Placed, x.Type));
    }

    [Fact]
    public async Task an_event_of_the_archive_is_as_its_readers_got_it_and_its_person_is_sealed()
    {
        var id = await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), Body(Guid.Parse("01890000-0000-7000-8000-000000000001")));
        await rig.CompactAsync(Streams.Orders);
        Assert.Equal(0, await rig.LengthAsync(Streams.Orders));

        var record = Assert.Single((await ReadAsync(Now.AddDays(-9), Now)).OfType<StreamRecord>());

        Assert.Equal((id, $"{id}"), (record.EventId, record.Fields["id"]));
        Assert.StartsWith("""{"orderId":"01890000-0000-7000-8000-000000000001","email":"sealed:""", record.Fields["body"],
            StringComparison.Ordinal);
        Assert.EndsWith(""","total":{"amount":100,"currency":"INR"}}""", record.Fields["body"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task an_event_whose_person_was_erased_is_left_out()
    {
        var (erased, other) = (Guid.NewGuid(), Guid.NewGuid());
        await rig.ListAsync<int>($"insert into content.erased_order (order_id) values ('{erased}')");
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), Body(erased));
        await rig.AddAsync(Streams.Orders, Placed, Now.AddDays(-8), Body(other));
        await rig.CompactAsync(Streams.Orders);

        var read = await ReadAsync(Now.AddDays(-9), Now);

        Assert.Equal(2, read.Count);
        Assert.Contains($"{other}", Assert.Single(read.OfType<StreamRecord>()).Fields["body"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task what_was_handled_before_comes_again_without_any_event_of_an_erased_person()
    {
        var (erased, other) = (Guid.NewGuid(), Guid.NewGuid());
        await rig.ListAsync<int>($"insert into content.erased_order (order_id) values ('{erased}')");
        // One of each is in the archive, and one only in the stream. None has a personal value.
        foreach (var days in new[] { -8, -1 })
        {
            foreach (var order in new[] { erased, other })
                await rig.AddAsync(Streams.Orders, "commerce.order_handed_over.v1", Now.AddDays(days), new { orderId = order, to = order });
            if (days == -8) await rig.CompactAsync(Streams.Orders);
        }

        Assert.Equal(2, await rig.LengthAsync(Streams.Orders));
        Assert.Equal(4, (await ReadAsync(Now.AddDays(-9), Now)).OfType<StreamRecord>().Count());
        var read = await ReadAsync(Now.AddDays(-9), Now, again: true);

        Assert.Equal(4, read.Count);
        Assert.Equal(2, read.Count(x => x is null));
        Assert.All(read.OfType<StreamRecord>(), x => Assert.Contains($"{other}", x.Fields["body"], StringComparison.Ordinal));
    }

    private object Body(Guid order) =>
        new { orderId = order, email = rig.Sealer.Seal("rasika@aarya.example"), total = new { amount = 100, currency = "INR" } };

    private async Task<List<StreamRecord?>> ReadAsync(DateTimeOffset from, DateTimeOffset to, bool again = false)
    {
        List<StreamRecord?> read = [];
        var pages = rig.Stretch.ReadAsync(
            CompactionRig.PolicyOf(Streams.Orders), from, to, again, TestContext.Current.CancellationToken);
        await foreach (var page in pages) read.AddRange(page);
        return read;
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();
}
