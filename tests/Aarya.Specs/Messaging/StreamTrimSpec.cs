using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace Aarya.Specs.Messaging;

/// <summary>What a trim deletes, and what it leaves because a reader still needs it.</summary>
public sealed class StreamTrimSpec : IAsyncLifetime
{
    private const int Cap = 1_000;
    private const int Hours = 24;
    private const string Name = "product_events";

    private static readonly RedisKey Stream = RedisKeys.OfOneBucket.Stream(Name);
    private static readonly StreamPolicy Policy = new(Name, Cap, Hours);
    private static readonly TimeSpan TooOld = TimeSpan.FromHours(Hours + 1);
    private static readonly TimeSpan Old = TimeSpan.FromHours(1);

    private RedisServer server = null!;
    private RedisConnections redis = null!;

    public async ValueTask InitializeAsync()
    {
        server = await RedisServer.StartAsync();
        redis = new(new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", server.Url)]).Build());
    }

    [Fact]
    public async Task entries_that_are_too_old_go()
    {
        await AddAsync(10, TooOld);
        await AddAsync(5, Old);

        var trimmed = await TrimAsync();

        Assert.Equal((10, 5L, ""), (trimmed.Deleted, trimmed.Length, trimmed.HeldBy));
        Assert.Equal(5, await server.Database.StreamLengthAsync(Stream));
        Assert.InRange(DateTimeOffset.UtcNow - trimmed.OldestAt!.Value, Old - TimeSpan.FromMinutes(1), Old + TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task the_oldest_of_too_many_entries_go()
    {
        var entries = await AddAsync(Cap + 350, Old);

        var trimmed = await TrimAsync();

        Assert.Equal((350, (long)Cap), (trimmed.Deleted, trimmed.Length));
        Assert.Equal(entries[350..], (await server.Database.StreamRangeAsync(Stream)).Select(x => x.Id.ToString()));
    }

    [Fact]
    public async Task a_stream_within_its_bounds_stays_as_it_is()
    {
        await AddAsync(Cap, Old);

        Assert.Equal((0, (long)Cap, ""), Result(await TrimAsync()));
    }

    [Fact]
    public async Task a_missing_and_an_empty_stream_are_left_alone()
    {
        Assert.Equal((0, 0L, ""), Result(await TrimAsync()));
        Assert.False(await server.Database.KeyExistsAsync(Stream));

        await redis.StateConnection.GetDatabase().StreamCreateConsumerGroupAsync(Stream, "search", "0-0");
        Assert.Equal((0, 0L, ""), Result(await TrimAsync()));
        Assert.Equal("search", Assert.Single(await server.Database.StreamGroupInfoAsync(Stream)).Name);
    }

    [Fact]
    public async Task an_entry_that_a_group_has_not_read_stays_whatever_the_others_have_done()
    {
        var entries = await AddAsync(20, TooOld);
        await ReadAsync("search", 20, acknowledged: 20);
        await ReadAsync("content", 7, acknowledged: 7);

        Assert.Equal((7, 13L, "content"), Result(await TrimAsync()));
        Assert.Equal(entries[7], await OldestAsync());
    }

    [Fact]
    public async Task an_entry_that_a_group_has_read_and_not_acknowledged_stays()
    {
        var entries = await AddAsync(20, TooOld);
        await ReadAsync("search", 20, acknowledged: 4);

        Assert.Equal((4, 16L, "search"), Result(await TrimAsync()));
        Assert.Equal(entries[4], await OldestAsync());
    }

    [Fact]
    public async Task an_entry_that_is_pending_for_a_consumer_who_has_died_stays_when_others_have_read_on()
    {
        var entries = await AddAsync(20, TooOld);
        await ReadAsync("search", 3, acknowledged: 0);
        await ReadAsync("search", 17, acknowledged: 17, consumer: "b");

        Assert.Equal((0, 20L, "search"), Result(await TrimAsync()));
        await redis.State.StreamAcknowledgeAsync(Stream, "search", entries[0]);
        Assert.Equal((1, 19L, "search"), Result(await TrimAsync()));
    }

    [Fact]
    public async Task an_entry_that_the_compactor_has_not_archived_stays()
    {
        var entries = await AddAsync(20, TooOld);
        await ReadAsync("payment", 20, acknowledged: 20);

        Assert.Equal((0, 20L, "compactor"), Result(await TrimAsync("0-0")));
        Assert.Equal((12, 8L, "compactor"), Result(await TrimAsync(entries[11])));
        Assert.Equal((8, 0L, ""), Result(await TrimAsync(entries[19])));
        // Erasures and rotations of keys ask the groups what is handled.
        Assert.Equal($"({entries[19]}", await StreamProgress.FirstUnhandledAsync(redis.State, Stream));
    }

    [Fact]
    public async Task an_entry_stays_for_a_reader_that_has_not_started_yet()
    {
        await AddAsync(20, TooOld);
        await ReadAsync("content", 20, acknowledged: 20);
        var policy = Policy with { Readers = ["content", "search"] };

        Assert.Equal((0, 20L, "search"), Result(await new StreamHistory(redis).TrimAsync(policy, compacted: null)));
        await ReadAsync("search", 20, acknowledged: 20);
        Assert.Equal((20, 0L, ""), Result(await new StreamHistory(redis).TrimAsync(policy, compacted: null)));
    }

    [Fact]
    public async Task an_entry_whose_outbox_may_still_look_for_it_stays_even_if_there_are_too_many()
    {
        for (var i = 0; i < Cap + 10; i++) await redis.StateConnection.GetDatabase().StreamAddAsync(Stream, "body", "x");

        Assert.Equal((0, Cap + 10L, "outbox"), Result(await TrimAsync()));
    }

    [Fact]
    public async Task one_call_deletes_a_limited_number_so_that_redis_goes_on_answering()
    {
        await AddAsync(5_000, TooOld);
        List<int> deleted = [];
        while (deleted is not [.., 0]) deleted.Add((await TrimAsync()).Deleted);

        Assert.Equal(5_000, deleted.Sum());
        Assert.True(deleted.Max() <= 2_200, $"{deleted.Max()} at once");
    }

    [Fact]
    public async Task entries_of_one_millisecond_are_told_apart_by_their_sequence()
    {
        var at = $"{(DateTimeOffset.UtcNow - TooOld).ToUnixTimeMilliseconds()}";
        for (var i = 1; i <= 30; i++) await server.Database.StreamAddAsync(Stream, "body", "x", $"{at}-{i}");
        await ReadAsync("search", 9, acknowledged: 9);

        Assert.Equal((9, 21L, "search"), Result(await TrimAsync()));
        Assert.Equal($"{at}-10", await OldestAsync());
    }

    private async Task<StreamTrimmed> TrimAsync(string? compacted = null) => await new StreamHistory(redis).TrimAsync(Policy, compacted);

    private static (int Deleted, long Left, string HeldBy) Result(StreamTrimmed x) => (x.Deleted, x.Length, x.HeldBy);

    private async Task<string> OldestAsync() => $"{(await server.Database.StreamRangeAsync(Stream, count: 1))[0].Id}";

    private async Task<List<string>> AddAsync(int count, TimeSpan age)
    {
        var first = (DateTimeOffset.UtcNow - age).ToUnixTimeMilliseconds();
        var adding = Enumerable.Range(0, count).Select(x => server.Database.StreamAddAsync(Stream, "body", "x", $"{first + x}-0")).ToList();
        return [.. (await Task.WhenAll(adding)).Select(x => $"{x}")];
    }

    private async Task ReadAsync(string group, int count, int acknowledged, string consumer = "a")
    {
        if ((await server.Database.StreamGroupInfoAsync(Stream)).All(x => x.Name != group))
            await server.Database.StreamCreateConsumerGroupAsync(Stream, group, "0-0");
        var read = await server.Database.StreamReadGroupAsync(Stream, group, consumer, ">", count);
        if (acknowledged > 0) await server.Database.StreamAcknowledgeAsync(Stream, group, [.. read.Take(acknowledged).Select(x => x.Id)]);
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await server.DisposeAsync();
    }
}
