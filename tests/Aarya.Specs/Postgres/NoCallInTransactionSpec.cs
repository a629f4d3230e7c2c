using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features;
using Aarya.Features.Addresses;
using Aarya.Features.Commerce.Checkout;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.HandOver;
using Aarya.Features.Commerce.Pricing;
using Aarya.Features.Commerce.Store;
using Aarya.Features.Content.CartReminders;
using Aarya.Features.CorePlatform.Store;
using Aarya.Features.CorePlatform.Users;
using Aarya.Infrastructure.Flags;
using Aarya.Infrastructure.Tracing;
using Aarya.Specs.Architecture;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Mono.Cecil;
using Npgsql;
using Wolverine;
using Wire = Aarya.Protos;

namespace Aarya.Specs.Postgres;

/// <summary>
/// A context that waits for another one must not keep a transaction open: a slow context would take all connections of the others.
/// </summary>
public sealed class NoCallInTransactionSpec(ShopApart shop) : IClassFixture<ShopApart>
{
    /// <summary>The classes that call another context; each is exercised below or belongs to no request.</summary>
    private static readonly string[] Callers =
    [
        "Aarya.Features.Commerce.Checkout.BuyerDirectory",
        "Aarya.Features.Content.CartReminders.AbandonedCartLookup",
        // A worker, which has no transaction.
        "Aarya.Features.Content.Catalogue.RememberCatalogue",
        // A cached answer, asked for by a worker.
        "Aarya.Features.CorePlatform.Auth.Keys.RemoteSigningKeys",
        "Aarya.Features.CorePlatform.Auth.SignIns",
        // A cached answer, asked for by a worker.
        "Aarya.Features.CorePlatform.Flags.RemoteFlags",
        "Aarya.Features.Search.Index.Refill",
    ];

    [Fact]
    public void every_class_that_calls_another_context_is_known_here()
    {
        using var features = new CompiledFeatures();
        string[] clients = [.. Modules.All.Select(x => x.Rpc?.Client.FullName).OfType<string>()];
        var calling = from type in features.Types
                      from call in CompiledFeatures.CallsOf(type)
                      where clients.Contains(call.DeclaringType.FullName.Replace('/', '+')) && call.Name != ".ctor"
                          && OutermostOf(type).StartsWith("Aarya.Features.", StringComparison.Ordinal)
                      select OutermostOf(type);

        Assert.Equal(Callers, calling.Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task no_call_to_another_context_begins_while_a_transaction_of_the_caller_is_open()
    {
        using var calls = new CallWatch(shop.Database.Url);
        var sku = (string)(await shop.AskAsync("select sku from commerce.stock where not closed and on_hand > 20 limit 1"))!;

        // A login moves the guest's cart.
        var (guest, _) = await shop.GuestAsync();
        await OkAsync(HttpMethod.Post, "/api/cart/items", guest, new { sku, quantity = 1 });
        var signedIn = await OkAsync(HttpMethod.Post, "/api/auth/login", guest,
            new { email = "shopper@aarya.example", password = "monsoon-rain-in-mumbai" });
        var token = signedIn.GetProperty("accessToken").GetString()!;
        var user = signedIn.GetProperty("user").GetProperty("id").GetGuid();

        // A checkout asks for the account's e-mail address and for a saved address.
        var address = await OkAsync(HttpMethod.Post, "/api/users/me/addresses", token, SampleAddresses.Bengaluru);
        await OkAsync(HttpMethod.Post, "/api/cart/items", token, new { sku, quantity = 1 });
        await OkAsync(HttpMethod.Post, "/api/checkout", token,
            new { addressId = address.GetProperty("id").GetGuid(), shippingMethod = "standard", paymentToken = "tok_approve" },
            key: Guid.NewGuid().ToString());
        await OkAsync(HttpMethod.Post, "/api/cart/items", token, new { sku, quantity = 1 });
        await OrderByGrpcAsync(user);

        await using (var scope = shop.Services.CreateAsyncScope())
        {
            var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
            await bus.InvokeAsync(new HandOverToVerified(user, DateTimeOffset.UtcNow), TestContext.Current.CancellationToken);
        }

        using var admin = await LogInAsync("admin@aarya.example", "pink-palace-in-jaipur");
        await RemindOfCartAsync(admin, user);
        using (var reindex = await admin.PostAsync("/api/admin/reindex", null, TestContext.Current.CancellationToken))
            Assert.True(reindex.IsSuccessStatusCode, $"{reindex.StatusCode}");
        await calls.SawAsync("ListProducts", "MergeCart", "GetUser", "GetAddress", "ListAbandonedCarts");

        Assert.Empty(calls.InTransaction);
    }

    [Fact]
    public async Task the_watch_sees_a_call_in_a_transaction()
    {
        using var calls = new CallWatch(shop.Database.Url);
        await using var session = shop.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        await session.BeginTransactionAsync(TestContext.Current.CancellationToken);
        // The driver sends BEGIN together with the first statement.
        await using (var first = new NpgsqlCommand("select 1")) await session.ExecuteAsync(first, TestContext.Current.CancellationToken);

        await shop.Services.GetRequiredService<Wire.Core.Core.CoreClient>().GetFlagsAsync(new());

        Assert.NotEmpty(calls.InTransaction);
    }

    private async Task RemindOfCartAsync(HttpClient admin, Guid user)
    {
        var flag = new Uri($"/api/admin/flags/{FindAbandonedCarts.Flag}", UriKind.Relative);
        using (var on = await admin.PutAsJsonAsync(flag, new { enabled = true }, TestContext.Current.CancellationToken))
            Assert.True(on.IsSuccessStatusCode, $"{on.StatusCode}");
        var flags = shop.Services.GetRequiredService<IFlags>();
        await Eventually.HoldsAsync("the flag is known", async () =>
            await flags.IsOnAsync(FindAbandonedCarts.Flag, caller: null, TestContext.Current.CancellationToken));
        await using (var documents = shop.Services.GetRequiredService<ICoreStore>().LightweightSession())
        {
            var owner = (await documents.LoadAsync<User>(user, TestContext.Current.CancellationToken))!;
            owner.EmailVerified = true;
            documents.Store(owner);
            await documents.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var scope = shop.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<IMessageBus>().InvokeAsync(
            new SendCartReminder(Guid.NewGuid(), user, DateTimeOffset.UtcNow), TestContext.Current.CancellationToken);
    }

    private async Task OrderByGrpcAsync(Guid user)
    {
        var order = new Wire.Commerce.CreateOrderRequest
        {
            Subject = $"{user}",
            ShippingMethod = "standard",
            PaymentToken = "tok_approve",
            IdempotencyKey = Guid.NewGuid().ToString(),
            ShippingAddress = new()
            {
                Name = "Asha Rao",
                Line1 = "14 Residency Road",
                City = "Bengaluru",
                State = "Karnataka",
                PostalCode = "560025",
                Country = "IN",
                Phone = "+919845012345",
            },
        };
        await shop.Services.GetRequiredService<Wire.Commerce.Commerce.CommerceClient>().CreateOrderAsync(order);
    }

    private async Task<HttpClient> LogInAsync(string email, string password)
    {
        var tokens = await OkAsync(HttpMethod.Post, "/api/auth/login", null, new { email, password });
        var client = new HttpClient { BaseAddress = shop.Client.BaseAddress };
        client.DefaultRequestHeaders.Authorization = new("Bearer", tokens.GetProperty("accessToken").GetString());
        return client;
    }

    private async Task<JsonElement> OkAsync(HttpMethod method, string path, string? token, object body, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        if (token is not null) request.Headers.Authorization = new("Bearer", token);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        using var answer = await shop.Client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Created, $"{method} {path}: {answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private static string OutermostOf(TypeDefinition type)
    {
        while (type.DeclaringType is not null) type = type.DeclaringType;
        return type.FullName;
    }

    /// <summary>
    /// Holds each call between contexts at its beginning, and looks for a transaction of this database that waits for its client as long
    /// as the call is held. Transactions of other work end meanwhile.
    /// </summary>
    private sealed class CallWatch : IDisposable
    {
        private static readonly TimeSpan Held = TimeSpan.FromSeconds(3);

        private readonly ConcurrentBag<string> seen = [];
        private readonly string url;
        private readonly string database;
        private readonly ActivityListener listener;

        public CallWatch(string url)
        {
            var settings = new NpgsqlConnectionStringBuilder(url) { Pooling = false };
            (this.url, database) = (settings.ConnectionString, settings.Database!);
            listener = new()
            {
                ShouldListenTo = x => x.Name == ShopTraces.SourceName,
                Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
                // The other spans of this source are commands to Redis and mails.
                ActivityStarted = x =>
                {
                    if (x.Kind == ActivityKind.Internal) Begin(x.OperationName);
                },
            };
            ActivitySource.AddActivityListener(listener);
        }

        public ConcurrentBag<string> InTransaction { get; } = [];

        public async Task SawAsync(params string[] methods)
        {
            foreach (var method in methods)
                await Eventually.HoldsAsync($"a call of {method}", () => seen.Any(x => x.EndsWith($"/{method}", StringComparison.Ordinal)));
        }

        private void Begin(string method)
        {
            seen.Add(method);
            var open = OpenNow();
            for (var clock = Stopwatch.StartNew(); open.Count > 0 && clock.Elapsed < Held; Thread.Sleep(50)) open.IntersectWith(OpenNow());
            foreach (var transaction in open) InTransaction.Add($"{method} began while {transaction}");
        }

        private HashSet<string> OpenNow()
        {
            using var connection = new NpgsqlConnection(url);
            connection.Open();
            using var select = new NpgsqlCommand(
                "select pid, usename, xact_start::text, query from pg_stat_activity where datname = $1 and state = 'idle in transaction'",
                connection)
            {
                Parameters = { new() { Value = database } },
            };
            using var reader = select.ExecuteReader();
            HashSet<string> open = [];
            while (reader.Read())
                open.Add(string.Create(CultureInfo.InvariantCulture,
                    $"{reader.GetString(1)} ({reader.GetInt32(0)}) had a transaction open since {reader.GetString(2)}: "
                    + $"{reader.GetString(3)}"));
            return open;
        }

        public void Dispose() => listener.Dispose();
    }
}
