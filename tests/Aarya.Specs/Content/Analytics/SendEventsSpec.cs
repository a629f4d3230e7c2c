using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Contracts;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using StackExchange.Redis;

namespace Aarya.Specs.Content.Analytics;

/// <summary>Visitors' events get in, in one round trip; wrong ones are refused by name; and they never fill Redis.</summary>
public sealed class SendEventsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private static readonly RedisKey Stream = RedisKeys.OfOneBucket.Stream(Streams.Analytics);

    [Fact]
    public async Task a_batch_is_accepted_from_anyone_and_is_in_the_stream_as_counts()
    {
        var source = $"s{Guid.NewGuid():N}";
        await SendAsync(202, new
        {
            source,
            device = "tablet",
            events = new object[]
            {
                new { kind = "page_view", path = "/sale" }, new { kind = "page_view", path = "/sale", version = 1 },
                new { kind = "search", query = "red saree", results = 0 }, new { kind = "checkout_step", step = "delivery" },
                new { kind = "product_view", productId = Guid.NewGuid(), at = DateTimeOffset.UtcNow.AddMinutes(-5) },
            },
        });

        var counts = (await CountsAsync()).Single(x => x.Source == source);
        Assert.Equal("tablet", counts.Device);
        Assert.Equal([2, 1, 1, 1, 1], counts.Counts.Select(x => x.Count));
    }

    [Fact]
    public async Task five_hundred_events_of_their_own_fit_and_one_more_is_refused()
    {
        var source = $"s{Guid.NewGuid():N}";
        await SendAsync(202, Batch(500));
        Assert.Equal(500, (await CountsAsync()).Where(x => x.Source == source).Sum(x => x.Counts.Count));
        var entries = (await AllOfRedis.StreamRangeAsync(Stream)).Where(x => $"{x["body"]}".Contains(source, StringComparison.Ordinal));
        Assert.All(entries, x => Assert.InRange($"{x["body"]}".Length, 1, 4_096));

        await RefusedAsync("events", Batch(501));

        object Batch(int count) =>
            new { source, events = Enumerable.Range(0, count).Select(_ => new { kind = "product_view", productId = Guid.NewGuid() }) };
    }

    [Fact]
    public async Task a_wrong_event_is_refused_by_its_place_and_nothing_of_its_batch_is_counted()
    {
        var source = $"s{Guid.NewGuid():N}";
        var good = new { kind = "page_view", path = "/" };
        foreach (var (field, wrong) in new (string, object)[]
        {
            ("events[1].kind", new { kind = "add_to_cart", path = "/" }),
            ("events[1].kind", new { kind = "PageView", path = "/" }),
            ("events[1].version", new { kind = "page_view", path = "/", version = 2 }),
            ("events[1].path", new { kind = "page_view" }),
            ("events[1].path", new { kind = "page_view", path = "sale" }),
            ("events[1].path", new { kind = "page_view", path = "/reset?token=7" }),
            ("events[1].path", new { kind = "page_view", path = "/" + new string('a', 200) }),
            ("events[1].path", new { kind = "search", query = "x", path = "/" }),
            ("events[1].productId", new { kind = "product_view" }),
            ("events[1].query", new { kind = "search", results = 1 }),
            ("events[1].results", new { kind = "search", query = "x", results = -1 }),
            ("events[1].step", new { kind = "checkout_step" }),
            ("events[1].step", new { kind = "checkout_step", step = "wrapping" }),
            ("events[1].at", new { kind = "page_view", path = "/", at = "yesterday" }),
        })
        {
            await RefusedAsync(field, new { source, events = new object[] { good, wrong } });
        }

        await RefusedAsync("events", new { source, events = Array.Empty<object>() });
        await RefusedAsync("events[0]", new { source, events = new object?[] { null } });
        await RefusedAsync("source", new { source = "Spring Sale", events = new[] { good } });
        await RefusedAsync("device", new { source, device = "watch", events = new[] { good } });
        Assert.DoesNotContain(await CountsAsync(), x => x.Source == source);
    }

    [Fact]
    public async Task a_full_stream_takes_nothing_more_and_counts_what_it_loses()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = new RedisConnections(
            new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", server.Url)]).Build());
        SendEvents two = new([new(VisitorEventKind.PageView, Path: "/"), new(VisitorEventKind.PageView, Path: "/sale")]);
        await StreamOf(megabytes: 1).AddAsync(two, client: null);
        Assert.Equal(1, await server.Database.StreamLengthAsync(Stream));

        // Without a byte for it the stream is full.
        await StreamOf(megabytes: 0).AddAsync(two, client: null);

        Assert.Equal(1, await server.Database.StreamLengthAsync(Stream));
        Assert.Equal(2, (double)await server.Database.StringGetAsync(StreamHistory.LostKey(Stream)));

        EventStream StreamOf(int megabytes) => new(redis, new([new(Streams.Analytics, 1_000, 1, Megabytes: megabytes)]),
            new(new FakeTimeProvider()), TimeProvider.System, NullLogger<EventStream>.Instance);
    }

    [Fact]
    public async Task a_visitor_gets_no_error_while_redis_is_away()
    {
        await using var redis = new RedisConnections(
            new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", "redis://127.0.0.1:1")]).Build());
        var stream = new EventStream(redis, new([new(Streams.Analytics, 1_000, 1, Megabytes: 1)]), new(new FakeTimeProvider()),
            TimeProvider.System, NullLogger<EventStream>.Instance);

        await stream.AddAsync(new([new(VisitorEventKind.PageView, Path: "/")]), client: null);
    }

    [Fact]
    public async Task what_could_not_be_added_counts_as_lost_as_soon_as_redis_is_back()
    {
        await using var server = await RedisServer.StartAsync();
        await using var redis = RedisBuckets.Connections(server.Url, buckets: 1);
        var stream = new EventStream(redis, new([new(Streams.Analytics, 1_000, 1, Megabytes: 1)]), new(new FakeTimeProvider()),
            TimeProvider.System, NullLogger<EventStream>.Instance);
        SendEvents two = new([new(VisitorEventKind.PageView, Path: "/"), new(VisitorEventKind.PageView, Path: "/sale")]);
        await stream.AddAsync(two, client: null);
        await server.KillAsync();
        for (var i = 0; i < 3; i++) await stream.AddAsync(two, client: null);
        await server.StartAgainAsync();

        // The client may need a moment to connect; what is lost meanwhile counts, too.
        var sent = 3;
        await Eventually.HoldsAsync("events are added again", async () =>
        {
            sent++;
            await stream.AddAsync(two, client: null);
            return await server.Database.StreamLengthAsync(Stream) == 2;
        });

        Assert.Equal(2 * (sent - 1), (double)await server.Database.StringGetAsync(StreamHistory.LostKey(Stream)));
    }

    private async Task SendAsync(int status, object body) => await Host.Scenario(x =>
    {
        x.Post.Json(body).ToUrl("/api/analytics/events");
        x.StatusCodeShouldBe(status);
    });

    private async Task RefusedAsync(string field, object body)
    {
        var answer = await Host.Scenario(x =>
        {
            x.Post.Json(body).ToUrl("/api/analytics/events");
            x.StatusCodeShouldBe(400);
        });
        var problem = JsonSerializer.Deserialize<JsonElement>(await answer.ReadAsTextAsync());
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _), $"{field}: {problem}");
    }

    private async Task<List<VisitorCountsNotice>> CountsAsync() => [.. (await AllOfRedis.StreamRangeAsync(Stream))
        .Where(x => x["type"] == VisitorCountsNotice.Type)
        .Select(x => JsonSerializer.Deserialize<VisitorCountsNotice>((string)x["body"]!, StreamJson.Options)!)];
}
