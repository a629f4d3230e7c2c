using System.Net.Http.Json;
using System.Text.Json;
using Aarya.Features.Commerce.Inventory;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Features.Commerce.Store;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using StackExchange.Redis;
using Wolverine;

namespace Aarya.Specs.Http;

/// <summary>
/// The whole shop during each kind of outage of a service that it needs: a request is served or gets a Retry-After, a message waits, and
/// everything continues by itself afterwards.
/// </summary>
public sealed class AwaySpec(ShopApart shop) : IClassFixture<ShopApart>
{
    public static TheoryData<string> TroublesOfRedis => [.. RedisTrouble.All.Select(x => x.Name)];

    [Theory]
    [MemberData(nameof(TroublesOfRedis))]
    public async Task a_request_that_needs_redis_is_told_when_to_come_back(string name)
    {
        var trouble = RedisTrouble.Of(name);
        var (token, _) = await shop.GuestAsync();
        var sku = await SkuAsync();

        await trouble.BeginAsync(shop.Redis);
        try
        {
            var answers = await Task.WhenAll(
                shop.SendAsync(HttpMethod.Post, "/api/auth/guest"),
                shop.SendAsync(HttpMethod.Get, "/api/cart", token),
                shop.SendAsync(HttpMethod.Post, "/api/cart/items", token, new { sku, quantity = 1 }),
                shop.SendAsync(HttpMethod.Delete, "/api/cart", token),
                shop.SendAsync(HttpMethod.Post, "/api/auth/login", null, new { email = "nobody@example.com", password = "a wrong one" }),
                shop.SendAsync(HttpMethod.Get, "/api/products", token),
                shop.SendAsync(HttpMethod.Get, "/api/notifications", token));
            foreach (var answer in answers) await ServedOrTold(answer);
            Assert.Equal(503, (int)answers[0].StatusCode);
            Assert.Equal(503, (int)answers[2].StatusCode);
            Assert.Equal(200, (int)answers[5].StatusCode);
        }
        finally
        {
            await trouble.EndAsync(shop.Redis);
        }

        await Eventually.HoldsAsync("a guest is served again", async () =>
        {
            using var answer = await shop.SendAsync(HttpMethod.Post, "/api/auth/guest");
            await ServedOrTold(answer);
            return answer.IsSuccessStatusCode;
        });
    }

    [Theory]
    [InlineData("OOM")]
    [InlineData("MISCONF")]
    [InlineData("READONLY")]
    [InlineData("BUSY")]
    [InlineData("LOADING")]
    [InlineData("NOAUTH")]
    [InlineData("killed")]
    public async Task what_was_paid_leaves_the_cart_when_redis_is_back(string name)
    {
        var trouble = RedisTrouble.Of(name);
        var (token, subject) = await shop.GuestAsync();
        var sku = await SkuAsync();
        using var added = await shop.SendAsync(HttpMethod.Post, "/api/cart/items", token, new { sku, quantity = 2 });
        added.EnsureSuccessStatusCode();

        await trouble.BeginAsync(shop.Redis);
        try
        {
            await using var scope = shop.Services.CreateAsyncScope();
            var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
            var order = Guid.CreateVersion7();
            await shop.AskAsync($"insert into commerce.cart_claim (order_id, subject) values ('{order}', '{subject}')");
            await bus.PublishAsync(new TakeOrderedFromCart(order, subject, [new(sku, 1)]));
            const string Waiting = "status <> 'Handled' and attempts > 0 and message_type ilike '%TakeOrderedFromCart%'";
            await Eventually.HoldsAsync("the message has failed once and waits",
                async () => await shop.CountAsync("incoming_envelopes", Waiting) > 0);
        }
        finally
        {
            await trouble.EndAsync(shop.Redis);
        }

        await Eventually.HoldsAsync("one of the two pieces has left the cart", async () =>
        {
            using var answer = await shop.SendAsync(HttpMethod.Get, "/api/cart", token);
            await ServedOrTold(answer);
            if (!answer.IsSuccessStatusCode) return false;
            var cart = await answer.Content.ReadFromJsonAsync<JsonElement>();
            return cart.GetProperty("lines")[0].GetProperty("quantity").GetInt32() == 1;
        });
        Assert.Equal(0, await shop.CountAsync("dead_letters", "true"));
    }

    [Theory]
    [InlineData("OOM")]
    [InlineData("READONLY")]
    [InlineData("killed")]
    public async Task a_product_that_changed_meanwhile_leaves_the_cache_when_redis_is_back(string name)
    {
        var trouble = RedisTrouble.Of(name);
        var sku = await SkuAsync();
        var product = (Guid)(await shop.AskAsync($"select product_id from commerce.variant where sku = '{sku}'"))!;
        var before = 0;
        long? stamp = null;
        // After a failure the cache rests for a second.
        await Eventually.HoldsAsync("the product is cached", async () =>
        {
            before = await AvailableAsync();
            return (stamp = await CachedStampAsync()) is not null;
        }, ignoring: x => x is RedisException);

        await trouble.BeginAsync(shop.Redis);
        try
        {
            await using var session = shop.Services.GetRequiredService<ICommerceStore>().LightweightSession();
            Assert.True((await Stock.AdjustAsync(session, sku, -1, "correction", $"{Guid.NewGuid()}", default))!.Stands);
            await session.SaveChangesAsync();
            await Eventually.HoldsAsync("the change is announced",
                async () => (long)(await shop.AskAsync("select count(*) from commerce.stock_changed"))! == 0);
        }
        finally
        {
            await trouble.EndAsync(shop.Redis);
        }

        // Long before the entry expires, a minute after it was cached.
        await Eventually.HoldsAsync("the old state leaves the cache", async () => await CachedStampAsync() > stamp,
            TimeSpan.FromSeconds(30), ignoring: x => x is RedisException);
        Assert.Equal(before - 1, await AvailableAsync());

        async Task<long?> CachedStampAsync() =>
            (long?)await shop.Redis.Database.HashGetAsync(RedisKeys.Cache("product", $"{product}"), "stamp");

        async Task<int> AvailableAsync()
        {
            using var answer = await shop.SendAsync(HttpMethod.Get, $"/api/products/{product}");
            var variants = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("variants");
            return variants.EnumerateArray().Single(x => x.GetProperty("sku").GetString() == sku).GetProperty("available").GetInt32();
        }
    }

    [Theory]
    [InlineData("connection limit 0", "connection limit -1")]
    [InlineData("set default_transaction_read_only = on", "reset default_transaction_read_only")]
    [InlineData("allow_connections false", "allow_connections true")]
    [InlineData("set statement_timeout = 1", "reset statement_timeout")]
    public async Task a_request_that_needs_the_database_is_told_when_to_come_back(string trouble, string cure)
    {
        var (token, _) = await shop.GuestAsync();
        var sku = await SkuAsync();
        await OnServerAsync($"alter database {shop.Database.Name} {trouble}");
        await OnServerAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{shop.Database.Name}'");
        try
        {
            var told = 0;
            // Each connection that was cut fails once; after that every request meets the trouble itself.
            for (var i = 0; i < 20; i++)
            {
                using var answer = await shop.SendAsync(HttpMethod.Post, "/api/auth/register", null,
                    new { email = $"asha.{Guid.NewGuid():N}@example.com", password = "a long way to Mumbai", name = "Asha Rao" });
                await ServedOrTold(answer);
                if ((int)answer.StatusCode == 503) told++;
            }

            Assert.InRange(told, 1, 20);
        }
        finally
        {
            await OnServerAsync($"alter database {shop.Database.Name} {cure}");
            await OnServerAsync($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{shop.Database.Name}'");
        }

        await Eventually.HoldsAsync("a shopper can register again", async () =>
        {
            using var answer = await shop.SendAsync(HttpMethod.Post, "/api/auth/register", null,
                new { email = $"asha.{Guid.NewGuid():N}@example.com", password = "a long way to Mumbai", name = "Asha Rao" });
            await ServedOrTold(answer);
            return answer.IsSuccessStatusCode;
        });
        // Another context has its own connections that were cut; more requests at once than it has connections meet all of them.
        await Eventually.HoldsAsync("carts are served again", async () =>
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
                shop.SendAsync(HttpMethod.Post, "/api/cart/items", token, new { sku, quantity = 1 })));
            foreach (var answer in answers) await ServedOrTold(answer);
            return answers.All(x => (int)x.StatusCode < 500);
        });
    }

    private async Task<string> SkuAsync() =>
        (string)(await shop.AskAsync("select sku from commerce.stock where on_hand > 50 order by sku limit 1"))!;

    // Accepts any answer below 500, and a 503 with Retry-After.
    private static async Task ServedOrTold(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if ((int)answer.StatusCode < 500) return;
        var asked = answer.RequestMessage!;
        Assert.True((int)answer.StatusCode == 503, $"{asked.Method} {asked.RequestUri} was answered {(int)answer.StatusCode}: {text}");
        Assert.True(answer.Headers.RetryAfter?.Delta > TimeSpan.Zero, $"{asked.Method} {asked.RequestUri} has no Retry-After.");
        var code = JsonSerializer.Deserialize<JsonElement>(text).GetProperty("code").GetString();
        Assert.StartsWith("service.", code, StringComparison.Ordinal);
    }

    private async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(shop.Database.Url) { Database = "postgres", Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
