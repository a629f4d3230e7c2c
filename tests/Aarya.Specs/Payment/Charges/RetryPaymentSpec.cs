using System.Net.Http.Json;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Aarya.Specs.Support;
using Marten;

namespace Aarya.Specs.Payment.Charges;

/// <summary>An order that is paid another way, checked against the provider's books.</summary>
[Collection("payment")]
public sealed class RetryPaymentSpec(PaymentShop shop)
{
    private Task RetryAsync(Guid order, string token, int number = 2) =>
        shop.TellAsync(new PaymentRetriedNotice(order, number, Guid.CreateVersion7(), null, token, DateTimeOffset.UtcNow));

    [Theory]
    [InlineData("tok_decline_funds", "tok_approve")]
    [InlineData("tok_decline_stolen", "tok_pending")]
    [InlineData("tok_nobody_knows", "tok_slow")]
    [InlineData("tok_decline_funds", "tok_timeout_before_charge")]
    [InlineData("tok_decline_funds", "tok_timeout_after_charge")]
    public async Task a_declined_order_is_paid_with_another_token(string declined, string token)
    {
        var order = await shop.PlaceAsync(declined);
        Assert.False((bool)(await shop.HearsAsync(order, "payment_declined"))["final"]!);

        await RetryAsync(order, token);
        await RetryAsync(order, token);

        await shop.HearsAsync(order, "payment_captured");
        var (charges, captured, refunded) = await shop.Sandbox.TotalsAsync(order);
        Assert.Equal((declined == "tok_nobody_knows" ? 1 : 2, 129_900, 0), (charges, captured, refunded));
    }

    [Fact]
    public async Task every_token_may_be_declined_and_each_decline_is_told()
    {
        var order = await shop.PlaceAsync("tok_decline_funds");
        await shop.HearsAsync(order, "payment_declined");
        await RetryAsync(order, "tok_decline_stolen");

        await Eventually.HoldsAsync("the second decline", () => shop.HeardOf(order).Count == 2);
        Assert.Equal([(1, "insufficient_funds"), (2, "stolen_card")],
            shop.HeardOf(order).Select(x => ((int)x.Body["chargeNumber"]!, (string?)x.Body["code"])));
        await RetryAsync(order, "tok_approve", 3);
        await shop.HearsAsync(order, "payment_captured");
        Assert.Equal((3, 129_900, 0), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task payments_from_before_their_charges_were_numbered_count_in_the_history_of_a_shopper()
    {
        var subject = Guid.CreateVersion7();
        var before = await shop.PlaceAsync("tok_decline_funds", subject: subject);
        await shop.HearsAsync(before, "payment_declined");
        await using (var session = shop.Store.LightweightSession())
        {
            session.QueueSqlCommand("update payment.mt_doc_orderpayment set data = data - 'chargeNumber' - 'declines' where id = ?",
                before);
            await session.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var order = await shop.PlaceAsync("tok_approve", subject: subject);

        await shop.HearsAsync(order, "payment_captured");
        await RetryAsync(before, "tok_approve");
        await shop.HearsAsync(before, "payment_captured");
    }

    [Fact]
    public async Task a_second_step_that_was_left_is_let_go_before_another_token_is_charged()
    {
        var order = await shop.PlaceAsync("tok_challenge");
        await shop.HearsAsync(order, "payment_action_required");

        await RetryAsync(order, "tok_approve");

        await shop.HearsAsync(order, "payment_captured");
        Assert.Equal((2, 129_900, 0), await shop.Sandbox.TotalsAsync(order));
        Assert.DoesNotContain(shop.HeardOf(order), x => x.Type == "payment_declined");
        var charges = (await shop.Sandbox.GetAsync($"/v1/charges?reference={order}"))["items"]!.AsArray();
        Assert.Equal(["captured", "voided"], charges.Select(x => (string?)x!["status"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task a_second_step_that_is_taken_while_another_token_is_sent_is_paid_once()
    {
        for (var round = 0; round < 10; round++)
        {
            var order = await shop.PlaceAsync("tok_challenge");
            var url = (string)(await shop.HearsAsync(order, "payment_action_required"))["nextActionUrl"]!;

            await Task.WhenAll(
                RetryAsync(order, "tok_approve"),
                shop.Http.PostAsync(url, new FormUrlEncodedContent([new("result", "approve")])));

            await shop.HearsAsync(order, "payment_captured");
            await shop.UntilAsync(order, x => x.Status == PaymentStatus.Captured && x.Next is null);
            var (_, captured, refunded) = await shop.Sandbox.TotalsAsync(order);
            Assert.Equal((129_900, 0), (captured, refunded));
        }
    }

    [Fact]
    public async Task an_order_that_is_cancelled_while_another_token_is_tried_keeps_no_money()
    {
        var order = await shop.PlaceAsync("tok_challenge");
        await shop.HearsAsync(order, "payment_action_required");

        await Task.WhenAll(RetryAsync(order, "tok_approve"), shop.CancelAsync(order));
        await shop.UntilAsync(order, x => !x.IsOpen);

        await Eventually.HoldsAsync("the refund", async () =>
            await shop.Sandbox.TotalsAsync(order) is var (_, captured, refunded) && captured == refunded);
        var open = (await shop.Sandbox.GetAsync($"/v1/charges?reference={order}"))["items"]!.AsArray();
        Assert.DoesNotContain(open, x => (string?)x!["status"] is "requires_action" or "pending" or "authorized");
    }
}
