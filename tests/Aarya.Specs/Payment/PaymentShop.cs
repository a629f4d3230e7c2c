using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json.Nodes;
using Aarya.Features;
using Aarya.Features.CorePlatform.Auth.Keys;
using Aarya.Features.CorePlatform.Sessions;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Store;
using Aarya.Infrastructure.Hosting;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Servers;
using Marten;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Wolverine;

namespace Aarya.Specs.Payment;

[CollectionDefinition("payment")]
public sealed class PaymentCollection : ICollectionFixture<PaymentShop>;

/// <summary>An event that the payment role put on its stream.</summary>
public sealed record Heard(string Type, Guid OrderId, JsonNode Body);

/// <summary>
/// The payment role on a real port with a real provider process, a database and a Redis of its own: webhooks arrive over
/// HTTP, events leave over the stream, and the provider's books show what was charged.
/// </summary>
public sealed class PaymentShop : IAsyncLifetime
{
    private readonly string sockets = Directory.CreateTempSubdirectory("aarya-s-").FullName;
    private readonly ConcurrentQueue<Heard> heard = new();
    private readonly CancellationTokenSource stop = new();
    private string url = "";
    private SpecDatabase database = null!;
    private RedisServer redis = null!;
    private WebApplication app = null!;
    private Task listening = Task.CompletedTask;

    public SandboxProcess Sandbox { get; } = new();

    public HttpClient Http { get; private set; } = null!;

    /// <summary>The payment role as other contexts call it.</summary>
    public global::Aarya.Protos.Payment.Payment.PaymentClient Rpc =>
        app.Services.GetRequiredService<global::Aarya.Protos.Payment.Payment.PaymentClient>();

    public IPaymentStore Store => app.Services.GetRequiredService<IPaymentStore>();

    public async ValueTask InitializeAsync()
    {
        database = await SpecDatabase.MigratedAsync();
        redis = await RedisServer.StartAsync();
        url = $"http://127.0.0.1:{Ports.Free()}";
        app = Build();
        await app.StartAsync();
        Sandbox.WebhookUrl = $"{url}/api/payments/webhooks/sandbox";
        await Sandbox.StartAsync();
        Http = new() { BaseAddress = new(url) };
        listening = ListenAsync();
    }

    /// <summary>Stops the role and starts it again on the same data, as a deploy does.</summary>
    public async Task RestartAsync(Func<Task>? meanwhile = null)
    {
        await app.StopAsync();
        await app.DisposeAsync();
        if (meanwhile is not null) await meanwhile();
        app = Build();
        await app.StartAsync();
    }

    private WebApplication Build() => AaryaHost.Build(
    [
        "--environment=Development", "--roles=core payment", $"--urls={url}", "--AARYA_SOLO=true", $"--AARYA_SOCKET_DIR={sockets}",
        $"--DATABASE_URL={database.Url}", $"--REDIS_URL={redis.Url}",
        $"--PAYMENT_PROVIDER_URL={Sandbox.Url}", $"--PAYMENT_API_KEY={SandboxProcess.ApiKey}",
        $"--PAYMENT_WEBHOOK_SECRET={SandboxProcess.WebhookSecret}",
        "--PAYMENT_RECONCILE_SECONDS=1", "--PAYMENT_PENDING_SECONDS=3",
    ], Modules.All);

    /// <summary>Places an order, which requests its payment.</summary>
    public async Task<Guid> PlaceAsync(string token, long amount = 129_900, TimeSpan? expires = null, Guid? subject = null)
    {
        var orderId = Guid.CreateVersion7();
        await TellAsync(Order(orderId, token, amount, expires, subject));
        return orderId;
    }

    public static OrderPlacedNotice Order(
        Guid orderId, string token, long amount = 129_900, TimeSpan? expires = null, Guid? subject = null) =>
        new(orderId, $"A-{orderId.ToString()[^6..]}", subject ?? Guid.CreateVersion7(), $"{orderId:N}@example.com",
            new(amount, Money.Inr), [], token,
            DateTimeOffset.UtcNow, DateTimeOffset.UtcNow + (expires ?? TimeSpan.FromMinutes(15)));

    public Task CancelAsync(Guid orderId, string reason = "changed_mind") =>
        TellAsync(new OrderCancelledNotice(orderId, "", Guid.CreateVersion7(), null, reason, DateTimeOffset.UtcNow));

    public Task RefundAsync(Guid orderId, Guid refundId, long? amount) =>
        TellAsync(new RefundRequestedNotice(orderId, refundId, amount is { } minor ? new Money(minor, Money.Inr) : null, "returned",
            DateTimeOffset.UtcNow));

    /// <summary>Runs the handler of an event or message in place.</summary>
    public async Task TellAsync(object message)
    {
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(message);
    }

    /// <summary>Runs a statement directly on the role's database.</summary>
    public async Task AskAsync(string sql)
    {
        var once = new NpgsqlConnectionStringBuilder(database.Url) { Pooling = false }.ConnectionString;
        await using var connection = new NpgsqlConnection(once);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until the payment role has published this event of the order on its stream.</summary>
    public async Task<JsonNode> HearsAsync(Guid orderId, string type)
    {
        await Eventually.HoldsAsync($"{type} of {orderId}", () => HeardOf(orderId).Any(x => x.Type == type),
            TimeSpan.FromSeconds(60));
        return HeardOf(orderId).First(x => x.Type == type).Body;
    }

    public IReadOnlyList<Heard> HeardOf(Guid orderId) => [.. heard.Where(x => x.OrderId == orderId)];

    public async Task<OrderPayment?> FindAsync(Guid orderId)
    {
        await using var session = Store.QuerySession();
        return await session.LoadAsync<OrderPayment>(orderId);
    }

    public async Task<OrderPayment> UntilAsync(Guid orderId, Func<OrderPayment, bool> condition)
    {
        OrderPayment? payment = null;
        await Eventually.HoldsAsync($"payment {orderId}",
            async () => (payment = await FindAsync(orderId)) is not null && condition(payment), TimeSpan.FromSeconds(60));
        return payment!;
    }

    public async Task<IReadOnlyList<object>> FactsAsync(Guid orderId)
    {
        await using var session = Store.QuerySession();
        return [.. (await session.Events.FetchStreamAsync(orderId)).Select(x => x.Data)];
    }

    /// <summary>Checks that the provider's books and the shop's streams agree on every order.</summary>
    public async Task BooksAgreeAsync(IEnumerable<Guid> orders)
    {
        foreach (var orderId in orders)
        {
            var (charges, captured, refunded) = await Sandbox.TotalsAsync(orderId);
            Assert.InRange(charges, 0, 1);
            var facts = await FactsAsync(orderId);
            Assert.Equal(captured, facts.OfType<Captured>().Sum(x => x.Amount.Minor));
            Assert.Equal(refunded, facts.OfType<Refunded>().Sum(x => x.Amount.Minor));
            Assert.InRange(facts.Count(x => x is Captured or Declined { Code: not DeclineCodes.ProviderUnreachable }), 0, 1);
            Assert.All(HeardOf(orderId).GroupBy(x => (x.Type, (string?)x.Body["refundId"])), x => Assert.Single(x));
        }
    }

    /// <summary>The access token of a user with this role.</summary>
    public async Task<string> TokenOf(string role, Guid? subject = null)
    {
        var (session, _) = await app.Services.GetRequiredService<SessionStore>()
            .StartAsync(subject ?? Guid.CreateVersion7(), guest: role == "guest");
        return app.Services.GetRequiredService<AccessTokens>().Mint(session, [role]);
    }

    private async Task ListenAsync()
    {
        var last = "0";
        while (!stop.IsCancellationRequested)
        {
            var entries = await redis.Database.StreamReadAsync(RedisKeys.OfOneBucket.Stream("payment_events"), last, 100);
            foreach (var entry in entries)
            {
                last = entry.Id!;
                var body = JsonNode.Parse(entry["body"].ToString())!;
                heard.Enqueue(new(entry["type"].ToString()["payment.".Length..^".v1".Length], (Guid)body["orderId"]!, body));
            }

            if (entries.Length == 0) await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await listening;
        await app.StopAsync();
        await app.DisposeAsync();
        await Sandbox.DisposeAsync();
        await redis.DisposeAsync();
        await database.DisposeAsync();
        Directory.Delete(sockets, recursive: true);
        stop.Dispose();
        Http.Dispose();
    }
}
