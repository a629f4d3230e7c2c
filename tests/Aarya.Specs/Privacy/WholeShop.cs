using System.Globalization;
using System.Text;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Npgsql;
using Wolverine;
using Wolverine.Runtime.Serialization;

namespace Aarya.Specs.Privacy;

/// <summary>
/// The whole shop as one real process on a seeded database and a Redis of its own, to be stopped and started with other keys.
/// </summary>
public sealed class WholeShop : IAsyncLifetime
{
    private const string Holder = "holder";

    private readonly Uri url = new($"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}");
    private readonly string folder = Directory.CreateTempSubdirectory("aarya-whole-").FullName;
    private SpecDatabase database = null!;
    private RedisServer redis = null!;

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        redis = await RedisServer.StartAsync();
    }

    /// <summary>Further settings, from the next start on.</summary>
    public Dictionary<string, string> Further { get; } = [];

    public Uri Url => url;

    public async Task<RoleProcess> StartAsync(string keys)
    {
        var seeded = await RunAsync(keys, "seed");
        Assert.True(seeded.ExitCode == 0, seeded.Output + seeded.Error);
        return await StartAgainAsync(keys);
    }

    /// <summary>Starts the shop again on the same data.</summary>
    public Task<RoleProcess> StartAgainAsync(string keys) =>
        RoleProcess.StartAsync("gateway,core,commerce,payment,content,search", Settings(keys));

    public HttpClient Client() => new() { BaseAddress = url, Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Runs one of the program's commands.</summary>
    public Task<ChildProgram> RunAsync(string keys, params string[] arguments) => ChildProgram.AaryaAsync(arguments, Settings(keys));

    public async Task<long> CountAsync(string sql) => (long)(await AskAsync(sql))!;

    /// <summary>The first value that the statement returns.</summary>
    public async Task<object?> AskAsync(string sql, params object[] values)
    {
        await using var connection =
            new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database.Url) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return await command.ExecuteScalarAsync();
    }

    /// <summary>Stores a dead letter that contains this text.</summary>
    public async Task<Guid> KeepDeadLetterAsync(string context, string text)
    {
        var id = Guid.NewGuid();
        var envelope = new Envelope
        {
            Id = id,
            MessageType = "nothing.of.the.kind",
            ContentType = "application/json",
            Destination = new("local://nowhere"),
            Data = Encoding.UTF8.GetBytes(text),
        };
        await AskAsync($"insert into {context}.wolverine_dead_letters (id, message_type, body, received_at) values ($1, $2, $3, $4)",
            id, envelope.MessageType, EnvelopeSerializer.Serialize(envelope), "local://nowhere");
        return id;
    }

    /// <summary>Adds a group to a stream that has handled nothing: every entry waits for it.</summary>
    public Task HoldStreamAsync(string stream) =>
        redis.Database.StreamCreateConsumerGroupAsync(RedisKeys.StreamPart(stream, 0), Holder, "0");

    /// <summary>Removes that group.</summary>
    public Task ReleaseStreamAsync(string stream) =>
        redis.Database.StreamDeleteConsumerGroupAsync(RedisKeys.StreamPart(stream, 0), Holder);

    public Task<EverythingKept> KeptAsync() => EverythingKept.ReadAsync(database.Url, redis.AdminUrl);

    private Dictionary<string, string> Settings(string keys) => new(Further)
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DATABASE_URL"] = database.Url,
        ["REDIS_URL"] = redis.Url,
        ["AARYA_URLS"] = url.ToString(),
        ["AARYA_SOCKET_DIR"] = folder,
        ["AARYA_RATE_LIMIT"] = "0",
        // The steps after an erasure or a changed address wait this long for the requests that are under way.
        ["AARYA_REQUEST_SECONDS"] = "15",
        ["SANDBOX_DATA"] = folder,
        ["ENCRYPTION_KEY"] = keys,
    };

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
