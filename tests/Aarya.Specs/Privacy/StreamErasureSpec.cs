using Aarya.Features;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Privacy.Erasure;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using StackExchange.Redis;

namespace Aarya.Specs.Privacy;

public sealed class StreamErasureSpec : IAsyncLifetime
{
    private static readonly RedisKey Users = RedisKeys.OfOneBucket.Stream(Streams.Users);
    private static readonly DateTimeOffset Since = DateTimeOffset.UtcNow.AddDays(-10);

    private static readonly PersonalStreams Personal = new(new(Modules.All, []));

    private readonly Guid person = Guid.NewGuid();
    private RedisServer server = null!;
    private RedisConnections redis = null!;

    public async ValueTask InitializeAsync()
    {
        server = await RedisServer.StartAsync();
        redis = new(new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", server.Url)]).Build());
    }

    [Fact]
    public async Task what_is_sealed_and_names_the_person_goes_once_all_groups_have_acknowledged_it()
    {
        var theirs = await AddAsync(Since.AddDays(1), $"{person:D} sealed:k:abc");
        var others = await AddAsync(Since.AddDays(2), $"{Guid.NewGuid():D} sealed:k:abc");
        await ReadAsync("content");
        await redis.StateConnection.GetDatabase().StreamCreateConsumerGroupAsync(Users, "search", "0-0");

        Assert.Equal(1, await EraseAsync());
        Assert.Equal([theirs, others], await EntriesAsync());

        await ReadAsync("search");
        Assert.Equal(0, await EraseAsync());
        Assert.Equal([others], await EntriesAsync());
    }

    [Fact]
    public async Task what_has_still_to_be_handled_is_in_the_way_though_nothing_in_it_is_sealed_and_stays()
    {
        var theirs = await AddAsync(Since.AddDays(1), $"{person:D} signed in");
        await redis.StateConnection.GetDatabase().StreamCreateConsumerGroupAsync(Users, "commerce", "0-0");
        Assert.Equal(1, await EraseAsync());

        await ReadAsync("commerce");
        Assert.Equal(0, await EraseAsync());
        Assert.Equal([theirs], await EntriesAsync());
    }

    [Fact]
    public async Task what_a_sender_may_still_look_for_is_in_the_way()
    {
        await AddAsync(DateTimeOffset.UtcNow, $"{person:D} sealed:k:abc");
        await ReadAsync("content");
        Assert.Equal(1, await EraseAsync());
    }

    [Fact]
    public async Task what_is_older_than_the_person_is_not_read()
    {
        var old = await AddAsync(Since.AddDays(-1), $"{person:D} sealed:k:abc");
        await ReadAsync("content");
        Assert.Equal(0, await EraseAsync());
        Assert.Equal([old], await EntriesAsync());
    }

    [Fact]
    public void the_streams_whose_events_have_personal_fields_are_searched() =>
        Assert.Equal([Streams.Notifications, Streams.Orders, Streams.Users], Personal.Names.Order(StringComparer.Ordinal));

    [Fact]
    public async Task what_is_to_be_archived_stays_until_it_is_even_if_no_compactor_has_worked_yet()
    {
        var orders = RedisKeys.OfOneBucket.Stream(Streams.Orders);
        var at = $"{Since.AddDays(1).ToUnixTimeMilliseconds()}-0";
        await redis.StateConnection.GetDatabase().StreamAddAsync(orders, "body", $"{person:D} sealed:k:abc", at);
        Assert.Equal(1, await EraseAsync());
        Assert.Equal(1, await redis.State.StreamLengthAsync(orders));

        await new StreamHistory(redis).TrimAsync(new(Streams.Orders, 1_000, Hours: 24 * 30, IsArchived: true), compacted: at);
        Assert.Equal(0, await EraseAsync());
        Assert.Equal(0, await redis.State.StreamLengthAsync(orders));
    }

    private Task<int> EraseAsync() => new StreamErasure(redis, Personal, new(redis), new(Streams.All)).EraseAsync([person], Since);

    private async Task<string> AddAsync(DateTimeOffset at, string body) =>
        (await redis.StateConnection.GetDatabase()
            .StreamAddAsync(Users, [new("body", body)], messageId: $"{at.ToUnixTimeMilliseconds()}-0")).ToString();

    /// <summary>The group reads and acknowledges every entry.</summary>
    private async Task ReadAsync(string group)
    {
        if ((await redis.State.StreamGroupInfoAsync(Users)).All(x => x.Name != group))
            await redis.StateConnection.GetDatabase().StreamCreateConsumerGroupAsync(Users, group, "0-0");
        foreach (var entry in await redis.StateConnection.GetDatabase().StreamReadGroupAsync(Users, group, "node", ">"))
            await redis.State.StreamAcknowledgeAsync(Users, group, entry.Id);
    }

    private async Task<IEnumerable<string>> EntriesAsync() => (await redis.State.StreamRangeAsync(Users)).Select(x => x.Id.ToString());

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await server.DisposeAsync();
    }
}
