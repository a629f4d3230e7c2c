using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Specs.Payment;
using Aarya.Specs.Support.Servers;
using Npgsql;

namespace Aarya.Specs.Support.Hosts;

/// <summary>
/// The whole shop as two real processes on one database and one Redis, with a payment provider that is a third: what happens between two
/// devices of one shopper happens here between two processes.
/// </summary>
public sealed class ShopOfTwo : IAsyncLifetime
{
    private const string Everything = "gateway,core,commerce,payment,content,search";

    private readonly string folder = Directory.CreateTempSubdirectory("aarya-two-").FullName;
    private readonly Uri[] urls =
        [.. Enumerable.Range(0, 2).Select(_ => new Uri($"http://127.0.0.1:{Ports.Free().ToString(CultureInfo.InvariantCulture)}"))];
    private readonly RoleProcess[] processes = new RoleProcess[2];
    private readonly string signingKey = SigningKey.GeneratePem();
    private readonly string encryptionKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private SpecDatabase database = null!;
    private RedisServer redis = null!;

    public SandboxProcess Sandbox { get; } = new();

    /// <summary>A client of each process.</summary>
    public IReadOnlyList<HttpClient> Doors { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        redis = await RedisServer.StartAsync();
        Sandbox.WebhookUrl = $"{urls[0]}api/payments/webhooks/sandbox";
        await Sandbox.StartAsync();
        var seeded = await ChildProgram.AaryaAsync(["seed"], Settings(0));
        if (seeded.ExitCode != 0) throw new InvalidOperationException(seeded.Output + seeded.Error);
        for (var i = 0; i < processes.Length; i++) await StartAsync(i);
        Doors = [.. urls.Select(x => new HttpClient { BaseAddress = x, Timeout = TimeSpan.FromMinutes(1) })];
    }

    public async Task StartAsync(int process) => processes[process] =
        await RoleProcess.StartAsync(Everything, Settings(process), process == 1 ? ChildProgram.Other : null);

    /// <summary>kill -9.</summary>
    public Task KillAsync(int process) => processes[process].KillAsync();

    /// <summary>SKUs of the seeded shop, each with 10,000 pieces more in stock.</summary>
    public async Task<IReadOnlyList<string>> SkusAsync(int count)
    {
        await using var connection = new NpgsqlConnection(database.Url);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(
            "update commerce.stock set on_hand = on_hand + 10000 where sku in (select sku from commerce.stock order by sku limit $1) "
            + "returning sku", connection)
        {
            Parameters = { new() { Value = count } },
        };
        List<string> skus = [];
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync()) skus.Add(reader.GetString(0));
        return skus;
    }

    /// <summary>Sends a request through one of the processes; the body of the answer is undefined when there is none.</summary>
    /// <param name="from">The client's address as a proxy in front would give it; this machine's when absent.</param>
    public async Task<(int Status, JsonElement Body)> SendAsync(
        int process, string? token, HttpMethod method, string path, object? body = null, string? key = null, string? from = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        if (from is not null) request.Headers.Add("X-Forwarded-For", from);
        using var response = await Doors[process].SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text));
    }

    private Dictionary<string, string> Settings(int process) => new()
    {
        ["ASPNETCORE_ENVIRONMENT"] = "Development",
        ["DATABASE_URL"] = database.Url,
        ["REDIS_URL"] = redis.Url,
        ["AARYA_URLS"] = urls[process].ToString(),
        ["AARYA_NODE"] = $"node-{process.ToString(CultureInfo.InvariantCulture)}",
        ["AARYA_SOCKET_DIR"] = Directory.CreateDirectory(Path.Combine(folder, process.ToString(CultureInfo.InvariantCulture))).FullName,
        ["AARYA_RATE_LIMIT"] = "0",
        ["AARYA_TRUSTED_PROXIES"] = "127.0.0.1",
        ["JWT_SECRET"] = signingKey,
        ["ENCRYPTION_KEY"] = encryptionKey,
        ["PAYMENT_PROVIDER_URL"] = Sandbox.Url,
        ["PAYMENT_API_KEY"] = SandboxProcess.ApiKey,
        ["PAYMENT_WEBHOOK_SECRET"] = SandboxProcess.WebhookSecret,
        ["PAYMENT_RECONCILE_SECONDS"] = "1",
        ["PAYMENT_PENDING_SECONDS"] = "3",
    };

    public async ValueTask DisposeAsync()
    {
        foreach (var door in Doors) door.Dispose();
        foreach (var process in processes.OfType<RoleProcess>()) await process.DisposeAsync();
        await Sandbox.DisposeAsync();
        await redis.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
