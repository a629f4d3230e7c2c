using Aarya.Features;
using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Store;
using Aarya.Features.Commerce.Wishlist;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Marten;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.Wishlist;

[StoryOf(typeof(GetWishlistEndpoint), typeof(RemoveFromWishlistEndpoint))]
public sealed class AddToWishlistSpec(AaryaFixture fixture) : Spec(fixture)
{
    [Fact]
    public async Task a_shopper_keeps_skus_and_sees_them_as_they_are_now()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        using var other = await Shopper.GuestAsync(Host);
        var (tee, gone) = (await Host.SellsAsync(3, Money.Rupees(700)), await Host.SellsAsync());
        foreach (var sku in new[] { tee, gone, tee }) (await PutAsync(shopper, sku)).Is(204);
        await PutAsync(other, tee);
        await Host.WithdrawAsync(gone);

        var items = await ItemsAsync(shopper);
        Assert.Equal([gone, tee], items.Select(x => x.Sku));
        Assert.Equal((true, Money.Rupees(700), 3, "M"), (items[1].OnSale, items[1].Price!.Value, items[1].Available, items[1].Size));
        Assert.Equal((false, 0), (items[0].OnSale, items[0].Available));

        for (var i = 0; i < 2; i++) (await shopper.SendAsync(HttpMethod.Delete, $"/api/wishlist/{tee}")).Is(204);
        Assert.Equal([gone], (await ItemsAsync(shopper)).Select(x => x.Sku));
        Assert.Equal([tee], (await ItemsAsync(other)).Select(x => x.Sku));
    }

    [Fact]
    public async Task what_the_shop_does_not_sell_is_not_found_and_not_kept()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        var hidden = await Host.SellsAsync(published: false);
        foreach (var sku in new[] { hidden, "NOTHING", new string('X', 500) }) (await PutAsync(shopper, sku)).Is(404, "sku.not_found");
        Assert.Empty(await ItemsAsync(shopper));
    }

    [Fact]
    public async Task a_full_wishlist_takes_nothing_more_however_many_requests_arrive_at_once()
    {
        using var shopper = await Shopper.GuestAsync(Host);
        await KeepAsync(shopper.Subject, Wishes.Most - 2, DateTimeOffset.UtcNow);
        var skus = new List<string>();
        for (var i = 0; i < 8; i++) skus.Add(await Host.SellsAsync());
        var answers = await Task.WhenAll(skus.Select(x => PutAsync(shopper, x)));
        Assert.Equal(2, answers.Count(x => x.Status == 204));
        Assert.All(answers.Where(x => x.Status != 204), x => x.Is(409, "wishlist.full"));
        Assert.Equal(Wishes.Most, (await ItemsAsync(shopper)).Count);
        (await PutAsync(shopper, skus[answers.ToList().FindIndex(x => x.Status == 204)])).Is(204);
    }

    [Fact]
    public async Task a_guest_s_wishlist_is_the_account_s_after_signing_in()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        var (both, guests, accounts) = (await Host.SellsAsync(), await Host.SellsAsync(), await Host.SellsAsync());
        foreach (var sku in new[] { both, guests }) await PutAsync(guest, sku);
        foreach (var sku in new[] { both, accounts }) await PutAsync(account, sku);

        for (var i = 0; i < 2; i++)
        {
            await Host.InvokeMessageAndWaitAsync(
                new GuestSignedInNotice(guest.Subject, account.Subject, DateTimeOffset.UtcNow), 60_000);
        }

        Assert.Equal(
            new[] { both, guests, accounts }.Order(StringComparer.Ordinal),
            (await ItemsAsync(account)).Select(x => x.Sku).Order(StringComparer.Ordinal));
        Assert.Empty(await ItemsAsync(guest));
    }

    [Fact]
    public async Task what_a_guest_kept_long_ago_ends_and_what_an_account_keeps_stays()
    {
        using var guest = await Shopper.GuestAsync(Host);
        using var account = await Shopper.OfRoleAsync(Host, "customer");
        var old = DateTimeOffset.UtcNow - WishlistPruning.Kept;
        await KeepAsync(guest.Subject, 2, old.AddMinutes(-1));
        await KeepAsync(guest.Subject, 1, old.AddMinutes(1));
        await KeepAsync(account.Subject, 2, old.AddMinutes(-1), isGuest: false);
        var pruning = new WishlistPruning(
            Host.Services.GetRequiredService<ICommerceStore>(), TimeProvider.System, NullLogger<WishlistPruning>.Instance);

        Assert.True(await pruning.PruneAsync(Cancel) >= 2);

        Assert.Single(await ItemsAsync(guest));
        Assert.Equal(2, (await ItemsAsync(account)).Count);
    }

    [Fact]
    public async Task the_wishlist_of_a_person_is_exported_and_erased()
    {
        using var shopper = await Shopper.OfRoleAsync(Host, "customer");
        var sku = await Host.SellsAsync();
        await PutAsync(shopper, sku);
        var asked = await Host.InvokeMessageAndWaitAsync(
            new PersonalDataAskedNotice(shopper.Subject, Guid.CreateVersion7(), [], null), 60_000);
        Assert.Contains(sku, asked.Sent.SingleMessage<PersonalDataGatheredNotice>().Json, StringComparison.Ordinal);

        await Host.InvokeMessageAndWaitAsync(new UserErasedNotice(shopper.Subject, Guid.CreateVersion7(), [], null), 60_000);
        Assert.Empty(await ItemsAsync(shopper));
    }

    [Fact]
    public async Task nobody_has_a_wishlist_without_a_token()
    {
        using var nobody = Shopper.WithoutToken(Host);
        (await nobody.GetAsync("/api/wishlist")).Is(401);
        (await PutAsync(nobody, "TEE")).Is(401);
        (await nobody.SendAsync(HttpMethod.Delete, "/api/wishlist/TEE")).Is(401);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<Answer> PutAsync(Shopper shopper, string sku) => shopper.SendAsync(HttpMethod.Put, $"/api/wishlist/{sku}");

    private static async Task<IReadOnlyList<WishlistItem>> ItemsAsync(Shopper shopper) =>
        (await shopper.GetAsync("/api/wishlist")).Is(200).As<WishlistView>().Items;

    private async Task KeepAsync(Guid subject, int skus, DateTimeOffset at, bool isGuest = true)
    {
        await using var session = Host.Services.GetRequiredService<ICommerceStore>().LightweightSession();
        for (var i = 0; i < skus; i++) Wishes.Add(session, subject, $"OLD-{Guid.NewGuid():N}", isGuest, at);
        await session.SaveChangesAsync(Cancel);
    }
}
