using Aarya.Features;
using Aarya.Features.Commerce.Cart;
using Aarya.Features.Commerce.Pricing;
using Aarya.Infrastructure.Messaging.Streams.Entries;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support.Servers;
using StackExchange.Redis;

namespace Aarya.Specs.Commerce.Cart;

/// <summary>A guest's cart becomes a customer's, whichever buckets the two are in, and whatever happens in between.</summary>
public sealed class MergeCartsSpec : IAsyncLifetime
{
    private const int Buckets = 16;

    private readonly CartOwner guest = new(Guid.CreateVersion7(), IsGuest: true);
    private readonly CartOwner customer = new(Guid.CreateVersion7(), IsGuest: false);
    private RedisServer server = null!;
    private RedisConnections redis = null!;
    private Carts carts = null!;

    public async ValueTask InitializeAsync()
    {
        server = await RedisServer.StartAsync();
        redis = RedisBuckets.Connections(server.Url, Buckets);
        await redis.ConnectAsync();
        carts = new(redis, new StreamPolicies(Streams.All, Buckets), TimeProvider.System);
    }

    [Fact]
    public async Task a_merge_that_dies_before_the_guests_cart_is_deleted_is_not_made_again()
    {
        await AddAsync(guest, "KURTA-M", 2);
        await AddAsync(guest, "SAREE", 1);
        await AddAsync(customer, "KURTA-M", 1);

        server.MayRefuse = true;
        await server.TellAsync("ACL", "SETUSER", "aarya", "-del");
        await Assert.ThrowsAnyAsync<RedisException>(() => carts.MergeAsync(guest.Subject, customer.Subject));
        await server.TellAsync("ACL", "SETUSER", "aarya", "+del");
        // The customer has seen the merged cart, and has removed what the guest had put in.
        await carts.RemoveAsync(customer, "SAREE");

        var merged = await carts.MergeAsync(guest.Subject, customer.Subject);

        Assert.Equal([("KURTA-M", 2)], merged.Lines.Select(x => (x.Sku, x.Quantity)));
        Assert.Empty((await carts.ReadAsync(guest.Subject)).Lines);
    }

    [Fact]
    public async Task what_a_guest_adds_while_the_carts_are_merged_is_in_one_of_them()
    {
        for (var round = 0; round < 20; round++)
        {
            string[] skus = [.. Enumerable.Range(0, 10).Select(x => $"SKU-{round}-{x}")];
            var merging = Task.Run(async () =>
            {
                for (var i = 0; i < 5; i++) await carts.MergeAsync(guest.Subject, customer.Subject);
            }, TestContext.Current.CancellationToken);
            foreach (var sku in skus) await AddAsync(guest, sku, 1);
            await merging;

            var merged = await carts.MergeAsync(guest.Subject, customer.Subject);

            Assert.Equal(skus.Order(), merged.Lines.Select(x => x.Sku).Order());
            await carts.ClearAsync(customer);
        }

        // Every change was sent once to the part of the stream in its cart's bucket.
        var parts = new[] { guest, customer }.Select(x => redis.Keys.BucketOf($"{x.Subject}")).Distinct();
        var sent = (await Task.WhenAll(parts.Select(x => server.Database.StreamRangeAsync(RedisKeys.StreamPart(Streams.Analytics, x)))))
            .SelectMany(x => x).ToList();
        Assert.Equal(200, sent.Count(x => x["key"] == $"{guest.Subject}"));
        var customers = sent.Where(x => x["key"] == $"{customer.Subject}").Select(x => $"{x["body"]}");
        Assert.Equal(20, customers.Count(x => x.Contains("\"clear\"", StringComparison.Ordinal)));
    }

    private async Task AddAsync(CartOwner owner, string sku, int quantity)
    {
        var offer = new Offer(sku, Guid.NewGuid(), "tee", "Tee", "M", "Red", "", Money.Rupees(525), OnSale: true, Available: 50);
        Assert.Equal(CartOutcome.Changed, (await carts.AddAsync(owner, sku, quantity, offer)).Outcome);
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await server.DisposeAsync();
    }
}
