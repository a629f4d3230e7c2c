using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using Aarya.Features;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.Configuration;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Specs.Messaging;

/// <summary>A stream above its cap that cannot be trimmed: requests go on, their messages wait, and nothing is lost.</summary>
public sealed class FullStreamSpec : IAsyncLifetime
{
    private const int Cap = 1_000;

    private static readonly RedisKey Users = RedisKeys.OfOneBucket.Stream(Streams.Users);

    private SpecDatabase database = null!;
    private RedisServer redis = null!;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        redis = await RedisServer.StartAsync();
    }

    [Fact]
    public async Task messages_wait_in_the_outbox_until_the_stream_has_room()
    {
        var url = $"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}";
        // A reader that has read nothing needs every entry.
        await redis.Database.StreamCreateConsumerGroupAsync(Users, "slow", "0-0");
        var old = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds();
        for (var i = 0; i < Cap * 3 / 2; i++) await redis.Database.StreamAddAsync(Users, "body", "x", $"{old + i}-0");
        await using var shop = await RoleProcess.StartAsync("gateway,core", new Dictionary<string, string>
        {
            ["DATABASE_URL"] = database.Url,
            ["REDIS_URL"] = redis.Url,
            ["AARYA_URLS"] = url,
            ["AARYA_RATE_LIMIT"] = "0",
            ["AARYA_SOCKET_DIR"] = redis.Folder,
            [new StreamPolicy(Streams.Users, 0, 0).CapSetting.Name] = $"{Cap}",
        });
        using var client = new HttpClient { BaseAddress = new(url) };

        // The first message shows the sender how long the stream is.
        await RegisterAsync(client);
        await Eventually.HoldsAsync("the sender has seen that the stream is full",
            () => shop.Output.Contains("user_events has", StringComparison.Ordinal));
        var length = await redis.Database.StreamLengthAsync(Users);
        const int Registrations = 5;
        for (var i = 0; i < Registrations; i++) await RegisterAsync(client);

        Assert.Equal(length, await redis.Database.StreamLengthAsync(Users));
        Assert.True(await WaitingAsync() >= Registrations, $"{await WaitingAsync()} messages wait");

        await redis.Database.StreamDeleteConsumerGroupAsync(Users, "slow");
        var settings = new ConfigurationBuilder().AddInMemoryCollection([new("REDIS_URL", redis.Url)]).Build();
        await using var connections = new RedisConnections(settings);
        Assert.Equal(length - Cap, (await new StreamHistory(connections).TrimAsync(new(Streams.Users, Cap, 24), compacted: null)).Deleted);

        await Eventually.HoldsAsync("the outbox is empty", async () => await WaitingAsync() == 0);
        var events = (await redis.Database.StreamRangeAsync(Users)).Where(x => x["type"] == "core.user_registered.v1");
        Assert.Equal(Registrations + 1, events.Select(x => x["id"]).Distinct().Count());
        Assert.Contains("entries again", shop.Output, StringComparison.Ordinal);
    }

    private static async Task RegisterAsync(HttpClient client)
    {
        using var answer = await client.PostAsJsonAsync("/api/auth/register",
            new { email = $"{Guid.NewGuid():N}@aarya.example", password = "quiet-loom-41-harbour", name = "Rasika" });
        Assert.Equal(HttpStatusCode.Accepted, answer.StatusCode);
    }

    private async Task<long> WaitingAsync()
    {
        await using var connection = new NpgsqlConnection(database.Url);
        await connection.OpenAsync();
        await using var count = new NpgsqlCommand("select count(*) from core.wolverine_outgoing_envelopes", connection);
        return (long)(await count.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await database.DisposeAsync();
    }
}
