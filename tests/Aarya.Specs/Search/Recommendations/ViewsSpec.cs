using Aarya.Features.Search.Contracts;
using Aarya.Features.Search.Privacy;
using Aarya.Features.Search.Recommendations;
using Aarya.Infrastructure.Redis;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Servers;
using Aarya.Specs.Support.Shoppers;
using Alba;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Wolverine.Tracking;

namespace Aarya.Specs.Search.Recommendations;

/// <summary>What a shopper has looked at decides what is recommended to them.</summary>
[StoryOf(typeof(ViewProductEndpoint), typeof(HandOverViewsHandler))]
public sealed class ViewsSpec(AaryaFixture fixture) : Spec(fixture)
{
    private readonly CatalogueNews news = new(fixture.Host);

    // Its time stands still: it waits for Redis as long as that takes.
    private Views Views => new(Host.Services.GetRequiredService<RedisConnections>(), new FakeTimeProvider(DateTimeOffset.UtcNow),
        NullLogger<Views>.Instance);

    [Theory]
    [InlineData("guest")]
    [InlineData("customer")]
    public async Task what_is_like_the_products_looked_at_comes_first_and_says_why(string who)
    {
        var (seen, like, other) = await ShelfAsync();
        using var shopper = who == "guest" ? await Shopper.GuestAsync(Host) : await Shopper.OfRoleAsync(Host, who);
        foreach (var id in new[] { $"{seen.ProductId}", seen.Slug }) await ViewAsync(shopper, seen.ProductId, id);

        var recommended = await ViewedAsync(shopper);

        Assert.Equal(like.ProductId, recommended[0].Id);
        Assert.Equal(new Reason(ReasonKind.Viewed, seen.ProductId, seen.Name), recommended[0].Because);
        Assert.DoesNotContain(recommended, x => x.Because.Kind == ReasonKind.Viewed && x.Id == other.ProductId);
        Assert.DoesNotContain(recommended, x => x.Because.Kind == ReasonKind.Viewed && x.Id == seen.ProductId);
        using var another = await Shopper.GuestAsync(Host);
        Assert.DoesNotContain(await ForAsync(another), x => x.Because.Kind == ReasonKind.Viewed);
    }

    [Fact]
    public async Task what_is_sold_out_or_was_just_bought_is_not_recommended_although_it_is_like_a_product_looked_at()
    {
        var (seen, like, _) = await ShelfAsync();
        var second = await news.PublishAsync("Achkan", seen.Category, 1_200);
        using var shopper = await Shopper.GuestAsync(Host);
        await ViewAsync(shopper, seen.ProductId);
        Assert.Equal([like.ProductId, second.ProductId], await LikeViewedAsync());

        await news.StockAsync(like.Variants[0], like.ProductId, 0, 1);
        Assert.Equal([second.ProductId], await LikeViewedAsync());
        await news.TellAsync(
            new OrderConfirmedNotice(Guid.CreateVersion7(), shopper.Subject, [new(second.Variants[0].Sku, 1)], DateTimeOffset.UtcNow));
        Assert.Empty(await LikeViewedAsync());

        // Other stories have products that are a little like it.
        async Task<IEnumerable<Guid>> LikeViewedAsync() => (await ForAsync(shopper))
            .Where(x => x.Because.Kind == ReasonKind.Viewed && (x.Id == like.ProductId || x.Id == second.ProductId))
            .Select(x => x.Id).Order();
    }

    [Fact]
    public async Task views_have_half_of_the_recommendations_of_a_shopper_who_has_bought_something()
    {
        var (viewed, bought) = ($"viewed-{news.Word}", $"bought-{news.Word}");
        using var shopper = await Shopper.GuestAsync(Host);
        foreach (var category in new[] { viewed, bought })
        {
            // Of other words, so that only the category is common.
            for (var i = 0; i < 8; i++) await new CatalogueNews(Host).PublishAsync("Achkan", category, 1_000);
        }

        var (seen, has) = (await new CatalogueNews(Host).PublishAsync("Kurta", viewed, 1_000),
            await new CatalogueNews(Host).PublishAsync("Kurta", bought, 1_000));
        await ViewAsync(shopper, seen.ProductId);
        await news.TellAsync(
            new OrderConfirmedNotice(Guid.CreateVersion7(), shopper.Subject, [new(has.Variants[0].Sku, 1)], DateTimeOffset.UtcNow));

        var recommended = await ViewedAsync(shopper, 8);

        Assert.Equal([viewed, viewed, viewed, viewed, bought, bought, bought, bought], recommended.Select(x => x.Category));
    }

    [Fact]
    public async Task what_a_guest_looked_at_counts_for_the_account_once()
    {
        var (seen, like, _) = await ShelfAsync();
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        await ViewAsync(guest, seen.ProductId);

        for (var i = 0; i < 2; i++) await news.TellAsync(new GuestSignedInNotice(guest.Subject, account.Subject));

        Assert.Empty(await Views.OfAsync(guest.Subject));
        Assert.Equal([seen.ProductId], await Views.OfAsync(account.Subject));
        Assert.Equal(like.ProductId, (await ViewedAsync(account))[0].Id);

        // An account that hands over to itself keeps them.
        await news.TellAsync(new GuestSignedInNotice(account.Subject, account.Subject));
        Assert.Equal([seen.ProductId], await Views.OfAsync(account.Subject));
    }

    [Fact]
    public async Task an_export_has_the_views_and_an_erasure_forgets_them_of_the_person_and_of_the_guests()
    {
        var (seen, _, other) = await ShelfAsync();
        var (account, guest, stranger) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        await Views.AddAsync(account, seen.ProductId);
        await Views.AddAsync(guest, other.ProductId);
        await Views.AddAsync(stranger, seen.ProductId);

        var sent = await Host.InvokeMessageAndWaitAsync(new PersonalDataAskedNotice(account, Guid.CreateVersion7(), [guest], []));
        var json = sent.Sent.SingleMessage<PersonalDataGatheredNotice>().Json;
        Assert.Contains($"{seen.ProductId}", json, StringComparison.Ordinal);
        Assert.Contains($"{other.ProductId}", json, StringComparison.Ordinal);
        await news.TellAsync(new UserErasedNotice(account, Guid.CreateVersion7(), [guest], []));

        Assert.Empty(await Views.OfAsync(account));
        Assert.Empty(await Views.OfAsync(guest));
        Assert.Equal([seen.ProductId], await Views.OfAsync(stranger));
    }

    [Fact]
    public async Task a_product_that_is_not_on_sale_and_a_caller_without_a_token_are_refused()
    {
        var product = await news.PublishAsync("Kurta");
        using var shopper = await Shopper.GuestAsync(Host);
        foreach (var id in new[] { $"{Guid.CreateVersion7()}", "no-such-product" })
            (await shopper.PostAsync($"/api/products/{id}/views")).Is(404);
        await news.TellAsync(new ProductWithdrawnNotice(product.ProductId, 2));
        (await shopper.PostAsync($"/api/products/{product.ProductId}/views")).Is(404);
        Assert.Empty(await Views.OfAsync(shopper.Subject));
        using var nobody = Shopper.WithoutToken(Host);
        (await nobody.PostAsync($"/api/products/{product.ProductId}/views")).Is(401);
    }

    [Fact]
    public async Task a_view_of_a_product_that_was_withdrawn_later_recommends_nothing()
    {
        var (seen, _, _) = await ShelfAsync();
        using var shopper = await Shopper.GuestAsync(Host);
        await ViewAsync(shopper, seen.ProductId);
        await news.TellAsync(new ProductWithdrawnNotice(seen.ProductId, 2));

        Assert.DoesNotContain(await ForAsync(shopper), x => x.Because.Kind == ReasonKind.Viewed);
    }

    [Fact]
    public async Task the_latest_ten_products_count_each_once_and_for_thirty_days()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var views = new Views(Host.Services.GetRequiredService<RedisConnections>(), time, NullLogger<Views>.Instance);
        var shopper = Guid.CreateVersion7();
        Guid[] products = [.. Enumerable.Range(0, 12).Select(_ => Guid.CreateVersion7())];
        foreach (var product in products) await views.AddAsync(shopper, product);
        await views.AddAsync(shopper, products[5]);

        Assert.Equal([products[5], .. products.Reverse().Where(x => x != products[5]).Take(9)], await views.OfAsync(shopper));
        time.Advance(Views.Kept + TimeSpan.FromSeconds(1));
        Assert.Empty(await views.OfAsync(shopper));
        await views.AddAsync(shopper, products[0]);
        Assert.Equal([products[0]], await views.OfAsync(shopper));
    }

    [Fact]
    public async Task a_flood_of_guests_takes_a_bounded_number_of_places_and_those_away_longest_give_way()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var redis = Host.Services.GetRequiredService<RedisConnections>();
        var views = new Views(redis, time, NullLogger<Views>.Instance);
        var random = Guid.NewGuid().ToByteArray();
        Guid[] guests = [.. Enumerable.Range(0, Views.MostShoppers + 10).Select(OfOneTable)];
        var product = Guid.CreateVersion7();
        foreach (var guest in guests)
        {
            await views.AddAsync(guest, product);
            time.Advance(TimeSpan.FromSeconds(1));
        }

        List<Guid> known = [];
        foreach (var guest in guests)
        {
            if ((await views.OfAsync(guest)).Count > 0) known.Add(guest);
        }

        Assert.Equal(guests[^Views.MostShoppers..], known);

        // One who comes later finds only those who are still remembered.
        time.Advance(Views.Kept + TimeSpan.FromSeconds(1));
        await views.AddAsync(OfOneTable(0), product);
        Assert.Equal(1, await HowManyAsync());

        async Task<long> HowManyAsync()
        {
            var id = OfOneTable(0).ToByteArray(bigEndian: true);
            var table = RedisKeys.Cache("viewed", $"{((id[14] << 8) | id[15]) % 4_096}");
            return (long)await redis.Cache.ScriptEvaluateAsync("return redis.call('HLEN', KEYS[1])", [table], []);
        }

        // The last two bytes name the table.
        Guid OfOneTable(int number)
        {
            var id = Guid.CreateVersion7().ToByteArray(bigEndian: true);
            (id[14], id[15]) = (random[0], random[1]);
            return new(id, bigEndian: true);
        }
    }

    [Fact]
    public async Task recommendations_go_without_views_while_redis_does_not_answer()
    {
        await using var away = new RedisConnections(new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["REDIS_URL"] = $"redis://127.0.0.1:{Ports.Free()}",
        }).Build());
        var views = new Views(away, TimeProvider.System, NullLogger<Views>.Instance);

        await views.AddAsync(Guid.CreateVersion7(), Guid.CreateVersion7());

        Assert.Empty(await views.OfAsync(Guid.CreateVersion7()));
        // Who erases must know that it was not done.
        await Assert.ThrowsAnyAsync<Exception>(() => views.ForgetAsync(Guid.CreateVersion7()));
    }

    [Fact]
    public async Task a_redis_that_hangs_holds_recommendations_for_a_tenth_of_a_second_and_then_rests()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var hanging = new RedisConnections(new ConfigurationBuilder().AddInMemoryCollection(
            new Dictionary<string, string?> { ["REDIS_URL"] = redis.Url }).Build());
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var views = new Views(hanging, time, NullLogger<Views>.Instance);
        var (shopper, product) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await views.AddAsync(shopper, product);
        Assert.Equal([product], await views.OfAsync(shopper));
        await redis.TellAsync("CLIENT", "PAUSE", 600_000, "ALL");
        // At the end it cannot be asked what it has refused.
        redis.MayRefuse = true;

        await WaitsAsync(views.OfAsync(shopper));
        await WaitsAsync(views.AddAsync(shopper, product));
        // It rests: the next request does not wait at all, neither to read nor to write.
        Assert.True(views.OfAsync(shopper).IsCompletedSuccessfully);
        Assert.True(views.AddAsync(shopper, product).IsCompletedSuccessfully);
        time.Advance(TimeSpan.FromSeconds(1));
        await WaitsAsync(views.OfAsync(shopper));
        time.Advance(TimeSpan.FromSeconds(1));
        await WaitsAsync(views.AddAsync(shopper, product));

        async Task WaitsAsync(Task asked)
        {
            Assert.False(asked.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(100));
            await asked;
        }
    }

    [Fact]
    public async Task many_views_of_many_categories_still_recommend_by_the_newest()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        List<ProductPublishedNotice> seen = [];
        for (var i = 0; i < Views.MostProducts; i++)
        {
            var shelf = new CatalogueNews(Host);
            seen.Add(await shelf.PublishAsync("Kurta", $"category-{shelf.Word}", 1_000));
            for (var like = 0; like < 2; like++) await new CatalogueNews(Host).PublishAsync("Achkan", $"category-{shelf.Word}", 1_000);
        }

        foreach (var product in seen) await ViewAsync(shopper, product.ProductId);

        var recommended = await ViewedAsync(shopper, 12);
        Assert.Equal(12, recommended.Count);
        Assert.Equal(
            seen.Select(x => x.ProductId).Reverse().Take(6), recommended.Select(x => x.Because.ProductId!.Value).Distinct());
    }

    // A product, one that is like it, and one that is not.
    private async Task<(ProductPublishedNotice Seen, ProductPublishedNotice Like, ProductPublishedNotice Other)> ShelfAsync()
    {
        var category = $"category-{news.Word}";
        return (await news.PublishAsync("Kurta", category, 1_000), await news.PublishAsync("Achkan", category, 1_100),
            await new CatalogueNews(Host).PublishAsync("Belt", $"belts-{news.Word}", 90_000, colours: ["Puce"]));
    }

    // A view is lost when Redis answers too late while the machine is busy: the request is repeated until the view is the latest one.
    private Task ViewAsync(Shopper shopper, Guid product, string? id = null) => Eventually.HoldsAsync("the view is remembered", async () =>
    {
        (await shopper.PostAsync($"/api/products/{id ?? $"{product}"}/views")).Is(204);
        return await Views.ReadAsync(shopper.Subject) is [var latest, ..] && latest == product;
    });

    // Redis may answer too late for one request while the machine is busy.
    private static async Task<IReadOnlyList<Recommendation>> ViewedAsync(Shopper shopper, int limit = 50)
    {
        IReadOnlyList<Recommendation> recommended = [];
        await Eventually.HoldsAsync("views count", async () =>
            (recommended = await ForAsync(shopper, limit)).Any(x => x.Because.Kind == ReasonKind.Viewed));
        return recommended;
    }

    private static async Task<IReadOnlyList<Recommendation>> ForAsync(Shopper shopper, int limit = 50) =>
        (await shopper.GetAsync($"/api/recommendations?limit={limit}")).Is(200).As<RecommendedProducts>().Items;
}
