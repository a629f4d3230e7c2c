using System.Globalization;
using Aarya.Features;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Rates;

/// <summary>The limit of admitted requests holds while Redis is fast, slow, down and back.</summary>
public sealed class RateCounterSpec : IAsyncLifetime
{
    private readonly FakeTimeProvider clock = new(DateTimeOffset.UtcNow);
    private readonly Warnings warnings = new();
    private readonly List<RedisConnections> connections = [];
    private RedisServer server = null!;

    public async ValueTask InitializeAsync() => server = await RedisServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections) await connection.DisposeAsync();
        await server.DisposeAsync();
    }

    [Fact]
    public async Task a_node_lets_no_more_through_than_the_allowance_however_often_redis_is_too_slow()
    {
        var node = Node(patience: TimeSpan.FromMilliseconds(100));
        Rate[] client = [new("slow", 60, TimeSpan.FromHours(1))];
        var (passed, counted) = (0, 0);
        for (var round = 0; round < 12; round++)
        {
            // Longer than the counter waits: Redis answers when the counter has given up.
            await server.TellAsync("CLIENT", "PAUSE", 250, "ALL");
            passed += await PassedAtOnceAsync(node, client, 10);
            clock.Advance(TimeSpan.FromSeconds(2));
            await server.Database.PingAsync();
            passed += await PassedAtOnceAsync(node, client, 3);
            if (await server.Database.KeyExistsAsync(KeyOf(client[0]))) counted++;
        }

        Assert.InRange(counted, 1, 12);
        // It refills by one per minute, and 24 s of the node's clock have passed.
        Assert.Equal(60, passed);
    }

    [Fact]
    public async Task a_node_lets_no_more_through_than_the_allowance_when_redis_dies_in_between()
    {
        var node = Node();
        Rate[] client = [new("dying", 20, TimeSpan.FromHours(1))];
        Assert.Equal(8, await PassedAsync(node, client, 8));
        await server.KillAsync();

        Assert.Equal(12, await PassedAsync(node, client, 30));

        await server.StartAgainAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        await AnswersAgainAsync(node);
        Assert.Equal(0, await PassedAsync(node, client, 10));
    }

    [Fact]
    public async Task nodes_that_cannot_ask_redis_let_at_most_an_allowance_each_through_and_make_up_for_it_afterwards()
    {
        var (one, other) = (Node(), Node());
        Rate[] client = [new("both", 10, TimeSpan.FromHours(1))];
        Assert.Equal(1, await PassedAsync(one, client, 1));
        Assert.Equal(1, await PassedAsync(other, client, 1));
        await server.KillAsync();

        Assert.Equal(9, await PassedAsync(one, client, 30));
        Assert.Equal(9, await PassedAsync(other, client, 30));

        await server.StartAgainAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        await AnswersAgainAsync(one, other);
        Assert.Equal(0, await PassedAsync(one, client, 5));
        Assert.Equal(0, await PassedAsync(other, client, 5));
    }

    [Fact]
    public async Task what_a_node_let_through_alone_counts_at_the_others_as_soon_as_it_can_say_so()
    {
        var (one, other) = (Node(), Node());
        Rate[] client = [new("told", 10, TimeSpan.FromHours(1))];
        await AnswersAgainAsync(one, other);
        await server.KillAsync();
        Assert.Equal(6, await PassedAsync(one, client, 6));
        await server.StartAgainAsync();
        clock.Advance(TimeSpan.FromSeconds(2));
        await AnswersAgainAsync(one, other);

        Assert.Equal(1, await PassedAsync(one, client, 1));

        Assert.Equal(3, await PassedAsync(other, client, 10));
    }

    [Fact]
    public async Task a_client_that_comes_evenly_is_never_made_to_wait_for_what_redis_was_not_told()
    {
        var node = Node();
        Rate[] client = [new("even", 10, TimeSpan.FromSeconds(1))];
        await server.KillAsync();
        // The node tries Redis again once per second of the clock, and each try takes the whole timeout of the client.
        for (var i = 0; i < 50; i++)
        {
            Assert.Equal(TimeSpan.Zero, await node.TakeAsync(client));
            clock.Advance(TimeSpan.FromSeconds(0.1));
        }

        await server.StartAgainAsync();
        await AnswersAgainAsync(node);
        Assert.Equal(10, await PassedAsync(node, client, 10));
    }

    [Fact]
    public async Task a_request_that_one_allowance_refuses_uses_none_of_the_others()
    {
        var node = Node();
        Rate wide = new("wide", 5, TimeSpan.FromHours(1)), narrow = new("narrow", 1, TimeSpan.FromHours(1));
        Assert.Equal(1, await PassedAsync(node, [wide, narrow], 10));

        Assert.Equal(4, await PassedAsync(node, [wide], 10));
    }

    [Fact]
    public async Task a_refused_request_uses_no_allowance_in_any_bucket()
    {
        var node = Node(buckets: 16);
        var keys = new RedisKeys(16);
        Rate address = new("ip:192.0.2.1:tokens", 8, TimeSpan.FromHours(1), "ip:192.0.2.1");
        var clients = Enumerable.Range(0, 100).Select(x => $"sub:{x.ToString(CultureInfo.InvariantCulture)}")
            .Where(x => keys.BucketOf(x) != keys.BucketOf(address.Client!)).Take(2)
            .Select(x => new Rate(x, 5, TimeSpan.FromHours(1), x)).ToArray();

        // Five of ten are admitted: the other five must leave the address three more for another client, and not one.
        Assert.Equal(5, await PassedAsync(node, [clients[0], address], 10));
        Assert.Equal(3, await PassedAsync(node, [clients[1], address], 10));
        // The address has none left; the second client still has two.
        Assert.Equal(2, await PassedAsync(node, [clients[1]], 10));
    }

    [Fact]
    public async Task more_clients_than_a_node_can_note_are_counted_by_redis_alone()
    {
        var node = Node(most: 20);
        for (var i = 0; i < 30; i++) Assert.Equal(TimeSpan.Zero, await node.TakeAsync([new($"stranger {i}", 1, TimeSpan.FromHours(1))]));

        Assert.Equal(3, await PassedAsync(node, [new("late", 3, TimeSpan.FromHours(1))], 10));
        Assert.Equal(3, await PassedAsync(node, [new("later", 3, TimeSpan.FromHours(1))], 10));
        // While Redis is down they share one entry.
        await server.KillAsync();
        Assert.Equal(3, await PassedAsync(node, [new("last", 3, TimeSpan.FromHours(1))], 10));
        Assert.Equal(0, await PassedAsync(node, [new("very last", 3, TimeSpan.FromHours(1))], 10));
    }

    public static TheoryData<int, int> Accepted
    {
        get
        {
            HashSet<(int Requests, int Seconds)> all = [];
            var limits = KnownSettings.Numbers(Modules.All).Where(x => x.Name.StartsWith("AARYA_RATE_LIMIT", StringComparison.Ordinal));
            foreach (var setting in limits)
            {
                foreach (var requests in new[] { Math.Max(1, setting.Least), 3, 7, 600, 70_000, setting.Most })
                {
                    // Of a client, and of all clients of one address together.
                    foreach (var share in new[] { 1, 10 }) all.Add((requests * share, SecondsOf(setting.Name)));
                }
            }

            TheoryData<int, int> data = [];
            foreach (var (requests, seconds) in all) data.Add(requests, seconds);
            return data;
        }
    }

    private static int SecondsOf(string setting) => setting switch
    {
        "AARYA_RATE_LIMIT" => 1,
        "AARYA_RATE_LIMIT_GUEST" => 3600,
        _ => 60,
    };

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task redis_takes_the_count_of_every_limit_that_the_settings_accept(int requests, int seconds)
    {
        Rate[] client = [new("any", requests, TimeSpan.FromSeconds(seconds))];

        Assert.Equal(TimeSpan.Zero, await Node().TakeAsync(client));

        Assert.Empty(warnings.Said);
        // The count expires when the client's allowance is full again; -2 means that it has expired already, -1 that it never does.
        var interval = Math.Ceiling(seconds * 1000.0 / requests);
        var left = (double)await server.TellAsync("PTTL", KeyOf(client[0]));
        Assert.InRange(left, interval > 5000 ? 1 : -2, interval);
        Assert.NotEqual(-1, left);
        Assert.Equal(requests, Burst(client[0]));
    }

    // How many of a burst a node's own counter admits while its clock stands still: for limits too large to be tried on Redis one by one.
    private int Burst(Rate rate)
    {
        var book = new LocalRates(clock);
        var passed = 0;
        while (passed <= rate.Requests && book.Take([rate]) == TimeSpan.Zero) passed++;
        return passed;
    }

    private static string KeyOf(Rate rate) => RedisKeys.OfOneBucket.Rate(rate.Key, $"even:{rate.Key}").ToString();

    // With a long timeout where Redis must answer, however slow the machine is.
    private RateCounter Node(int most = RateCounter.MostClients, TimeSpan? patience = null, int buckets = 1)
    {
        connections.Add(RedisBuckets.Connections(server.Url, buckets));
        return new(connections[^1], clock, warnings, most) { Patience = patience ?? TimeSpan.FromSeconds(30) };
    }

    private static async Task<int> PassedAtOnceAsync(RateCounter node, Rate[] client, int attempts) =>
        (await Task.WhenAll(Enumerable.Range(0, attempts).Select(_ => node.TakeAsync(client).AsTask()))).Count(x => x == TimeSpan.Zero);

    private static async Task<int> PassedAsync(RateCounter node, Rate[] client, int attempts)
    {
        var passed = 0;
        for (var i = 0; i < attempts; i++)
            if (await node.TakeAsync(client) == TimeSpan.Zero) passed++;
        return passed;
    }

    // A key of its own shows that the node's call has reached Redis.
    private async Task AnswersAgainAsync(params RateCounter[] nodes)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        foreach (var node in nodes)
        {
            Rate probe = new($"probe {Guid.NewGuid()}", 1000, TimeSpan.FromHours(1));
            while (!await ReachesAsync(node, probe))
            {
                if (limit.IsCancellationRequested)
                    throw new TimeoutException("The node's calls did not reach Redis again within a minute.");
                clock.Advance(TimeSpan.FromSeconds(2));
            }
        }
    }

    private async Task<bool> ReachesAsync(RateCounter node, Rate probe)
    {
        await node.TakeAsync([probe]);
        return await server.Database.KeyExistsAsync(KeyOf(probe));
    }

    private sealed class Warnings : ILogger<RateCounter>
    {
        public System.Collections.Concurrent.ConcurrentQueue<string> Said { get; } = [];

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Said.Enqueue(formatter(state, exception));
    }
}
