using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Payments;
using Aarya.Features.Payment.Refunds;
using Aarya.Specs.Support;

namespace Aarya.Specs.Payment.Refunds;

[StoryOf(typeof(RequestRefundHandler), typeof(StartRefundHandler), typeof(SendRefundHandler), typeof(RecordRefundHandler))]
[Collection("payment")]
public sealed class RefundSpec(PaymentShop shop)
{
    [Fact]
    public async Task a_refund_that_is_asked_for_twice_under_one_id_is_given_once()
    {
        var order = await PaidAsync();
        var refund = Guid.CreateVersion7();

        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => shop.RefundAsync(order, refund, 29_900)));

        Assert.Equal(29_900, (long)(await shop.HearsAsync(order, "payment_refunded"))["amount"]!["amount"]!);
        Assert.Equal((1, 129_900, 29_900), await shop.Sandbox.TotalsAsync(order));
        await shop.BooksAgreeAsync([order]);
    }

    [Fact]
    public async Task refunds_that_race_never_give_back_more_than_was_taken()
    {
        var order = await PaidAsync();

        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => shop.RefundAsync(order, Guid.CreateVersion7(), 30_000)));
        await shop.UntilAsync(order, x => x.Refunds.Count == 12 && x.Refunds.All(y => y.Status != RefundStatus.Pending));

        Assert.Equal((1, 129_900, 120_000), await shop.Sandbox.TotalsAsync(order));
        await Eventually.HoldsAsync("the events of the refunds", () => shop.HeardOf(order).Count == 13);
        Assert.Equal(8, shop.HeardOf(order).Count(x => x.Type == "refund_failed" && (string?)x.Body["code"] == "exceeds_captured"));
        await shop.BooksAgreeAsync([order]);
    }

    [Fact]
    public async Task a_refund_without_an_amount_gives_back_all_that_is_left()
    {
        var order = await PaidAsync();
        await shop.RefundAsync(order, Guid.CreateVersion7(), 29_900);
        await shop.HearsAsync(order, "payment_refunded");

        await shop.RefundAsync(order, Guid.CreateVersion7(), null);

        await shop.UntilAsync(order, x => x.State == PaymentState.Refunded);
        Assert.Equal((1, 129_900, 129_900), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task a_refund_of_what_was_never_taken_fails()
    {
        var order = await shop.PlaceAsync("tok_decline_funds");
        await shop.HearsAsync(order, "payment_declined");
        await shop.RefundAsync(order, Guid.CreateVersion7(), null);
        Assert.Equal("not_captured", (string?)(await shop.HearsAsync(order, "refund_failed"))["code"]);

        var nobody = Guid.CreateVersion7();
        await shop.RefundAsync(nobody, Guid.CreateVersion7(), 100);
        await shop.HearsAsync(nobody, "refund_failed");
    }

    [Fact]
    public async Task a_refund_that_the_bank_declines_can_be_asked_for_again()
    {
        var order = await PaidAsync("tok_refund_declined");

        await shop.RefundAsync(order, Guid.CreateVersion7(), null);

        Assert.Equal("refund_declined", (string?)(await shop.HearsAsync(order, "refund_failed"))["code"]);
        Assert.Equal(129_900, (await shop.FindAsync(order))!.Refundable.Minor);
    }

    [Fact]
    public async Task a_refund_whose_provider_is_away_is_given_once_it_is_back()
    {
        var order = await PaidAsync();
        await shop.Sandbox.KillAsync();

        await shop.RefundAsync(order, Guid.CreateVersion7(), 29_900);
        await shop.Sandbox.StartAsync();

        await shop.HearsAsync(order, "payment_refunded");
        Assert.Equal((1, 129_900, 29_900), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task a_refund_at_the_providers_own_desk_is_heard_of()
    {
        var order = await PaidAsync();
        var charge = (string)(await shop.Sandbox.ChargeAsync(order))!["id"]!;

        using var made = await shop.Sandbox.PostAsync("/v1/refunds", new { chargeId = charge, amount = 900, reference = "at the desk" });
        made.EnsureSuccessStatusCode();

        await shop.HearsAsync(order, "payment_refunded");
        await shop.BooksAgreeAsync([order]);
    }

    private async Task<Guid> PaidAsync(string token = "tok_approve")
    {
        var order = await shop.PlaceAsync(token);
        await shop.HearsAsync(order, "payment_captured");
        return order;
    }
}
