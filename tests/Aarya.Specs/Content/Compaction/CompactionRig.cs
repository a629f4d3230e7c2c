using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using Aarya.Features;
using Aarya.Features.Content.Analytics;
using Aarya.Features.Content.Compaction;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Messaging.Streams;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Messaging.WireEvents;
using Aarya.Infrastructure.Privacy;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Servers;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;

namespace Aarya.Specs.Content.Compaction;

/// <summary>A database and a Redis with the compactor of a content role that does not run, so that a spec decides when it works.</summary>
public sealed class CompactionRig : IAsyncLifetime
{
    private readonly List<WebApplication> hosts = [];
    private SpecDatabase database = null!;
    private long last;

    public RedisServer Redis { get; private set; } = null!;

    public Sealer Sealer => hosts[0].Services.GetRequiredService<Sealer>();

    /// <summary>The reports over what the compactor has counted.</summary>
    internal DailyCounts Counts => hosts[0].Services.GetRequiredService<DailyCounts>();

    public StreamStretch Stretch => hosts[0].Services.GetRequiredService<StreamStretch>();

    public StreamHistory History => hosts[0].Services.GetRequiredService<StreamHistory>();

    public Dictionary<string, string> Settings => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DATABASE_URL"] = database.Url,
        ["REDIS_URL"] = Redis.Url,
        ["AARYA_ROLES"] = "content",
    };

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        Redis = await RedisServer.StartAsync();
        NewCompactor();
    }

    /// <summary>A compactor like that of one more process.</summary>
    internal Compactor NewCompactor()
    {
        var host = AaryaHost.Build(
            ["--environment=Development", "--roles=content", $"--DATABASE_URL={database.Url}", $"--REDIS_URL={Redis.Url}"], Modules.All);
        hosts.Add(host);
        return host.Services.GetRequiredService<Compactor>();
    }

    internal static StreamPolicy PolicyOf(string stream) => Streams.All.Single(x => x.Name == stream);

    internal Task<StreamCompacted> CompactAsync(
        string stream, Compactor? compactor = null, StreamPolicy? policy = null, bool waits = false) =>
        (compactor ?? hosts[0].Services.GetRequiredService<Compactor>())
            .CompactAsync(policy ?? PolicyOf(stream), waits, () => Task.FromResult(true), TestContext.Current.CancellationToken);

    /// <summary>Adds an event that was published then; events must be added in the order of their times.</summary>
    public async Task<Guid> AddAsync(string stream, string type, DateTimeOffset at, object body, Guid? eventId = null)
    {
        var id = eventId ?? Guid.NewGuid();
        last = Math.Max(last + 1, at.ToUnixTimeMilliseconds());
        await Redis.Database.StreamAddAsync(RedisKeys.OfOneBucket.Stream(stream),
            [
                new("id", $"{id}"), new("type", type), new("at", $"{at:O}"),
                new("body", body as string ?? JsonSerializer.Serialize(body, StreamJson.Options)),
            ], $"{last}-0");
        return id;
    }

    /// <summary>All groups that read the stream have acknowledged all of it.</summary>
    public async Task ReadByAllAsync(string stream)
    {
        var key = RedisKeys.OfOneBucket.Stream(stream);
        foreach (var reader in WireEvent.Of(Modules.All).Where(x => x.Stream == stream && x.IsRead).Select(x => x.Context.Role).Distinct())
        {
            await new StreamGroup(key, reader, consumer: "", batch: 0).CreateAsync(new(Redis.Database));
            await Redis.Database.StreamConsumerGroupSetPositionAsync(key, reader, "$");
        }
    }

    public async Task<long> LengthAsync(string stream) => await Redis.Database.StreamLengthAsync(RedisKeys.OfOneBucket.Stream(stream));

    /// <summary>The events of the archive, in its order.</summary>
    public async Task<List<JsonObject>> ArchivedAsync()
    {
        List<JsonObject> events = [];
        foreach (var body in await ListAsync<string>("select body from content.event_archive order by month, stream, first_entry"))
        {
            Assert.True(Sealer.TryOpen(body, out var packed));
            using var brotli = new BrotliStream(new MemoryStream(packed), CompressionMode.Decompress);
            using var text = new System.IO.StreamReader(brotli);
            while (await text.ReadLineAsync() is { } line) events.Add((JsonObject)JsonNode.Parse(line)!);
        }

        return events;
    }

    /// <summary>A transaction that has run these statements. Disposing of it closes its connection.</summary>
    public async Task<NpgsqlTransaction> BeginAsync(string sql)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Url) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        var transaction = await connection.BeginTransactionAsync();
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        await command.ExecuteNonQueryAsync();
        return transaction;
    }

    public async Task<T?> AskAsync<T>(string sql) => (await ListAsync<T>(sql)).FirstOrDefault();

    public async Task<List<T>> ListAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(database.Url);
        await connection.OpenAsync();
        await using var select = new NpgsqlCommand(sql, connection);
        await using var reader = await select.ExecuteReaderAsync();
        List<T> found = [];
        while (await reader.ReadAsync()) found.Add(await reader.GetFieldValueAsync<T>(0));
        return found;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in hosts) await host.DisposeAsync();
        await Redis.DisposeAsync();
        await database.DisposeAsync();
    }
}
