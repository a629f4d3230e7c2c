using Aarya.Features.Payment.Payments;
using Aarya.Specs.Support;

namespace Aarya.Specs.Payment.Charges;

[Collection("payment")]
public sealed class ProviderCrashSpec(PaymentShop shop)
{
    [Fact]
    public async Task a_provider_that_is_killed_between_the_charge_and_its_answer_has_charged_once()
    {
        await shop.Sandbox.SetAsync(new { sendWebhooks = false });
        var order = await shop.PlaceAsync("tok_timeout_after_charge");
        await Eventually.HoldsAsync("the charge", async () => (await shop.Sandbox.TotalsAsync(order)).Captured > 0);

        await shop.Sandbox.KillAsync();
        Assert.Equal(PaymentStatus.Pending, (await shop.FindAsync(order))!.Status);
        await shop.Sandbox.StartAsync();

        await shop.HearsAsync(order, "payment_captured");
        Assert.Equal((1, 129_900, 0), await shop.Sandbox.TotalsAsync(order));
        await shop.BooksAgreeAsync([order]);
    }

    [Fact]
    public async Task a_provider_that_is_away_holds_up_a_payment_and_loses_none()
    {
        await shop.Sandbox.KillAsync();
        var orders = new List<Guid>();
        for (var i = 0; i < 5; i++) orders.Add(await shop.PlaceAsync("tok_approve"));
        foreach (var order in orders) await shop.UntilAsync(order, x => x.Attempts >= 2);

        await shop.Sandbox.StartAsync();

        foreach (var order in orders) await shop.HearsAsync(order, "payment_captured");
        await shop.BooksAgreeAsync(orders);
    }

    [Fact]
    public async Task a_payment_is_given_up_when_its_order_expires_and_a_charge_that_turns_up_later_goes_back()
    {
        await shop.Sandbox.SetAsync(new { sendWebhooks = false });
        // Long enough for the charge to begin on a busy machine: an order that has expired before is never charged.
        var order = await shop.PlaceAsync("tok_timeout_after_charge", expires: TimeSpan.FromSeconds(10));
        await Eventually.HoldsAsync("the charge", async () => (await shop.Sandbox.TotalsAsync(order)).Captured > 0);
        await shop.Sandbox.KillAsync();

        Assert.Equal("provider_unreachable", (string?)(await shop.HearsAsync(order, "payment_declined"))["code"]);
        await shop.Sandbox.StartAsync();

        await shop.HearsAsync(order, "payment_refunded");
        Assert.Equal((1, 129_900, 129_900), await shop.Sandbox.TotalsAsync(order));
        // The order learns of the money, and that it is on its way back.
        Assert.True((bool)(await shop.HearsAsync(order, "payment_captured"))["isUnwanted"]!);
    }

    [Fact]
    public async Task webhooks_that_never_come_are_made_up_for_by_asking()
    {
        await shop.Sandbox.SetAsync(new { sendWebhooks = false, pendingMs = 500 });
        try
        {
            var order = await shop.PlaceAsync("tok_pending");

            await shop.HearsAsync(order, "payment_captured");
        }
        finally
        {
            await shop.Sandbox.SetAsync(new { });
        }
    }

    [Fact]
    public async Task in_a_storm_of_repeated_and_reordered_webhooks_and_crashes_the_books_agree()
    {
        string[] tokens = ["tok_approve", "tok_approve", "tok_decline_funds", "tok_pending", "tok_slow", "tok_timeout_after_charge",
            "tok_timeout_before_charge", "tok_decline_stolen"];
        await shop.Sandbox.SetAsync(new { duplicateWebhooks = 3, shuffleWebhooksMs = 800, pendingMs = 300 });
        var orders = new List<Guid>();
        try
        {
            for (var i = 0; i < 40; i++)
            {
                var order = await shop.PlaceAsync(tokens[i % tokens.Length]);
                orders.Add(order);
                if (i % 7 == 3) await shop.CancelAsync(order);
                if (i % 5 == 4) await shop.RefundAsync(order, Guid.CreateVersion7(), 1_000);
                if (i == 20)
                {
                    await shop.Sandbox.KillAsync();
                    await shop.Sandbox.StartAsync();
                }
            }

            foreach (var order in orders) await shop.UntilAsync(order, x => !x.IsOpen);

            foreach (var order in orders)
            {
                // A charge of a cancelled order may still be captured; it is then refunded.
                await shop.UntilAsync(order,
                    x => x.Refunds.All(y => y.Status != RefundStatus.Pending)
                        && (x.CancelReason is null || x.CapturedAmount == x.RefundedAmount));
                await Eventually.HoldsAsync($"the books of {order} to agree",
                    async () => (await shop.Sandbox.TotalsAsync(order)) is var (_, captured, refunded)
                    && (await shop.FindAsync(order))! is var payment && captured == payment.CapturedAmount.Minor
                    && refunded == payment.RefundedAmount.Minor);
            }

            await shop.BooksAgreeAsync(orders);
        }
        finally
        {
            await shop.Sandbox.SetAsync(new { });
        }
    }
}
