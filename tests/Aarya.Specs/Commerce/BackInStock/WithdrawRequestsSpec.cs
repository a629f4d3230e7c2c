using Aarya.Features.Commerce.BackInStock;
using Aarya.Features.Commerce.Contracts;
using Aarya.Specs.Support;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Wolverine.Tracking;

namespace Aarya.Specs.Commerce.BackInStock;

/// <summary>Staff see what shoppers wait for, and end the waiting for what will not come back.</summary>
[StoryOf(typeof(ListAwaitedEndpoint))]
public sealed class WithdrawRequestsSpec(AaryaFixture fixture) : BackInStockStory(fixture)
{
    [Fact]
    public async Task staff_see_the_most_awaited_sku_first_page_by_page()
    {
        string[] skus = [await Host.SellsAsync(pieces: 0), await Host.SellsAsync(pieces: 0), await Host.SellsAsync(pieces: 0)];
        await WaitAsync(skus[0], 1);
        await WaitAsync(skus[1], 3);
        await WaitAsync(skus[2], 1);
        using var merchandiser = await Shopper.OfRoleAsync(Host, "merchandiser");

        List<AwaitedSku> listed = [];
        string? cursor = null;
        do
        {
            var page = (await merchandiser.GetAsync($"/api/admin/back-in-stock?limit=2&cursor={cursor}")).Is(200).As<AwaitedPage>();
            Assert.InRange(page.Items.Count, 0, 2);
            listed.AddRange(page.Items);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(listed.OrderByDescending(x => x.Shoppers).Select(x => x.Shoppers), listed.Select(x => x.Shoppers));
        var ours = listed.Where(x => skus.Contains(x.Sku)).ToList();
        Assert.Equal(new AwaitedSku(skus[1], $"Linen tee {skus[1]}", 3), ours[0]);
        Assert.Equal(new[] { skus[0], skus[2] }.Order(), ours.Skip(1).Select(x => x.Sku).Order());
        (await merchandiser.GetAsync("/api/admin/back-in-stock?limit=0")).Names("limit");
        (await merchandiser.GetAsync("/api/admin/back-in-stock?cursor=x")).Names("cursor");
    }

    [Fact]
    public async Task a_withdrawal_removes_every_request_is_recorded_and_writes_to_no_shopper()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        await WaitAsync(sku, 2);
        using var merchandiser = await Shopper.OfRoleAsync(Host, "merchandiser");

        Answer answer = null!;
        var messages = await Host.ExecuteAndWaitAsync(async () => answer = await WithdrawAsync(merchandiser, sku), 30_000);
        Assert.Equal(new WithdrawnRequests(sku, 2), answer.Is(200).As<WithdrawnRequests>());

        var act = messages.Sent.SingleMessage<StaffActedNotice>().Act;
        Assert.Equal(
            (merchandiser.Subject, StaffActions.BackInStockWithdrawn, "stock", sku, "2"),
            (act.ActorId, act.Action, act.TargetType, act.TargetId, act.Details["shoppers"]));
        Assert.Empty(messages.Sent.MessagesOf<BackInStockNotice>());
        Assert.Equal((0, 0), await WaitingAsync(sku));
        var again = await Host.ExecuteAndWaitAsync(
            async () => (await WithdrawAsync(merchandiser, sku)).Is(404, "back_in_stock_request.not_found"), 30_000);
        Assert.Empty(again.Sent.MessagesOf<StaffActedNotice>());
    }

    [Fact]
    public async Task only_those_who_keep_the_stock_see_and_withdraw_what_is_awaited()
    {
        var sku = await Host.SellsAsync(pieces: 0);
        await WaitAsync(sku, 1);
        using var support = await Shopper.OfRoleAsync(Host, "support");
        using var stranger = Shopper.WithoutToken(Host);

        (await support.GetAsync("/api/admin/back-in-stock")).Is(403);
        (await WithdrawAsync(support, sku)).Is(403);
        (await stranger.GetAsync("/api/admin/back-in-stock")).Is(401);
        (await WithdrawAsync(stranger, sku)).Is(401);
        Assert.Equal((1, 1), await WaitingAsync(sku));
    }

    private static Task<Answer> WithdrawAsync(Shopper by, string sku) =>
        by.SendAsync(HttpMethod.Delete, $"/api/admin/back-in-stock/{sku}");
}
