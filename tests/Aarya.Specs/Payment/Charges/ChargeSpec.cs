using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Charges;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Aarya.Specs.Support;

namespace Aarya.Specs.Payment.Charges;

[StoryOf(typeof(CancelPaymentHandler), typeof(VoidChargeHandler), typeof(GetPaymentEndpoint),
    typeof(RememberGuestHandler), typeof(RecordChargeHandler), typeof(RequestPaymentHandler), typeof(ChargePlacedOrderHandler),
    typeof(SendChargeHandler), typeof(AttemptChargeHandler))]
[Collection("payment")]
public sealed class ChargeSpec(PaymentShop shop)
{
    [Theory]
    [InlineData("tok_approve", "payment_captured")]
    [InlineData("tok_slow", "payment_captured")]
    [InlineData("tok_pending", "payment_captured")]
    [InlineData("tok_timeout_before_charge", "payment_captured")]
    [InlineData("tok_timeout_after_charge", "payment_captured")]
    [InlineData("tok_decline_funds", "payment_declined")]
    [InlineData("tok_decline_stolen", "payment_declined")]
    [InlineData("tok_nobody_knows", "payment_declined")]
    public async Task every_token_ends_as_it_should_and_charges_at_most_once(string token, string outcome)
    {
        var order = await shop.PlaceAsync(token);

        await shop.HearsAsync(order, outcome);

        var captured = outcome == "payment_captured" ? 129_900 : 0;
        Assert.Equal((token == "tok_nobody_knows" ? 0 : 1, captured, 0), await shop.Sandbox.TotalsAsync(order));
        await shop.BooksAgreeAsync([order]);
    }

    [Theory]
    [InlineData("tok_decline_funds", "insufficient_funds")]
    [InlineData("tok_decline_stolen", "stolen_card")]
    [InlineData("tok_nobody_knows", "token_unknown")]
    public async Task a_decline_says_why(string token, string code)
    {
        var order = await shop.PlaceAsync(token);

        Assert.Equal(code, (string?)(await shop.HearsAsync(order, "payment_declined"))["code"]);
    }

    [Theory]
    [InlineData("approve", "payment_captured", 129_900)]
    [InlineData("decline", "payment_declined", 0)]
    public async Task a_second_step_ends_as_the_shopper_decides(string answer, string outcome, long captured)
    {
        var order = await shop.PlaceAsync("tok_challenge");
        var url = (string)(await shop.HearsAsync(order, "payment_action_required"))["nextActionUrl"]!;

        using var page = await shop.Http.GetAsync(url);
        Assert.Contains("Approve", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var answered = await shop.Http.PostAsync(url, new FormUrlEncodedContent([new("result", answer)]));

        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        await shop.HearsAsync(order, outcome);
        Assert.Equal((1, captured, 0), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task an_order_that_is_told_ten_times_is_charged_once()
    {
        var placed = PaymentShop.Order(Guid.CreateVersion7(), "tok_approve");

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.TellAsync(placed)));

        await shop.HearsAsync(placed.OrderId, "payment_captured");
        await shop.BooksAgreeAsync([placed.OrderId]);
        Assert.Equal((1, 129_900, 0), await shop.Sandbox.TotalsAsync(placed.OrderId));
    }

    [Fact]
    public async Task a_webhook_that_overtakes_the_answer_of_the_call_captures_once()
    {
        // The answer is delayed; the webhook comes at once.
        await shop.Sandbox.SetAsync(new { slowMs = 9_000 });
        var order = await shop.PlaceAsync("tok_slow");
        var captured = await shop.UntilAsync(order, x => x.Status == PaymentStatus.Captured);
        Assert.True(captured.ChangedAt - captured.RequestedAt < TimeSpan.FromSeconds(9));
        await shop.TellAsync(new RecordCharge(order,
            new(captured.ChargeId, Features.Payment.Providers.ChargeState.Captured, captured.Amount, captured.Card)));

        Assert.Single((await shop.FactsAsync(order)).OfType<Captured>());
        await shop.Sandbox.SetAsync(new { });
    }

    [Fact]
    public async Task an_order_that_was_cancelled_before_it_was_heard_of_is_never_charged()
    {
        var placed = PaymentShop.Order(Guid.CreateVersion7(), "tok_approve");

        await shop.CancelAsync(placed.OrderId);
        await shop.TellAsync(placed);

        Assert.Equal(PaymentStatus.Voided, (await shop.FindAsync(placed.OrderId))!.Status);
        Assert.Equal((0, 0, 0), await shop.Sandbox.TotalsAsync(placed.OrderId));
    }

    [Fact]
    public async Task an_order_that_expired_before_it_was_heard_of_is_never_charged()
    {
        var order = await shop.PlaceAsync("tok_approve", expires: TimeSpan.FromSeconds(-1));

        Assert.Equal("order_expired", (string?)(await shop.HearsAsync(order, "payment_declined"))["code"]);
        Assert.Equal((0, 0, 0), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task an_order_that_costs_nothing_is_paid_without_the_provider()
    {
        var order = await shop.PlaceAsync("tok_approve", amount: 0);

        await shop.HearsAsync(order, "payment_captured");
        Assert.Equal((0, 0, 0), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task cancelling_lets_go_of_a_charge_that_waits_for_the_shopper()
    {
        var order = await shop.PlaceAsync("tok_challenge");
        await shop.HearsAsync(order, "payment_action_required");

        await shop.CancelAsync(order);

        await shop.UntilAsync(order, x => x.Status == PaymentStatus.Voided);
        Assert.Equal("voided", (string?)(await shop.Sandbox.ChargeAsync(order))!["status"]);
        Assert.DoesNotContain(shop.HeardOf(order), x => x.Type is "payment_captured" or "payment_declined");
    }

    [Fact]
    public async Task money_that_arrives_after_the_order_was_cancelled_goes_back_at_once_and_the_order_hears_of_both()
    {
        await shop.Sandbox.SetAsync(new { sendWebhooks = false, slowMs = 9_000 });
        try
        {
            var order = await shop.PlaceAsync("tok_slow");
            // The money is taken, but the answer has not arrived yet.
            await Eventually.HoldsAsync("the charge", async () => (await shop.Sandbox.TotalsAsync(order)).Charges == 1);
            await shop.CancelAsync(order);

            await shop.HearsAsync(order, "payment_refunded");
            Assert.Equal((1, 129_900, 129_900), await shop.Sandbox.TotalsAsync(order));
            await shop.HearsAsync(order, "payment_captured");
            Assert.Single(shop.HeardOf(order), x => x.Type == "payment_captured");
            await shop.BooksAgreeAsync([order]);
        }
        finally
        {
            await shop.Sandbox.SetAsync(new { });
        }
    }

    [Fact]
    public async Task the_money_of_a_cancelled_order_is_refunded_once_without_a_request()
    {
        var order = await shop.PlaceAsync("tok_approve");
        await shop.HearsAsync(order, "payment_captured");

        await shop.CancelAsync(order);
        await shop.CancelAsync(order);

        await shop.HearsAsync(order, "payment_refunded");
        Assert.Equal((1, 129_900, 129_900), await shop.Sandbox.TotalsAsync(order));
    }

    [Fact]
    public async Task a_payment_is_shown_to_its_shopper_and_to_staff_and_to_nobody_else()
    {
        var shopper = Guid.CreateVersion7();
        var order = await shop.PlaceAsync("tok_challenge", subject: shopper);
        await shop.HearsAsync(order, "payment_action_required");

        var (status, mine) = await GetAsync(order, await shop.TokenOf("guest", shopper));
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("requires_action", (string?)mine!["status"]);
        Assert.Equal(129_900, (long)mine["amount"]!["amount"]!);
        Assert.Equal("0005", (string?)mine["card"]!["last4"]);
        Assert.StartsWith(shop.Sandbox.Url, (string?)mine["nextAction"]!["url"], StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(order, await shop.TokenOf("support"))).Status);
        var (theirs, problem) = await GetAsync(order, await shop.TokenOf("customer"));
        Assert.Equal((HttpStatusCode.NotFound, "payment.not_found"), (theirs, (string?)problem!["code"]));
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(Guid.CreateVersion7(), await shop.TokenOf("admin"))).Status);
        using var anonymous = await shop.Http.GetAsync($"/api/payments/{order}");
        Assert.Equal(HttpStatusCode.Unauthorized, anonymous.StatusCode);
    }

    [Fact]
    public async Task a_guest_who_signs_in_keeps_their_payments()
    {
        var (guest, customer) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        var order = await shop.PlaceAsync("tok_approve", subject: guest);

        await shop.TellAsync(new GuestSignedInNotice(guest, customer, DateTimeOffset.UtcNow));
        await shop.TellAsync(new GuestSignedInNotice(guest, customer, DateTimeOffset.UtcNow));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(order, await shop.TokenOf("customer", customer))).Status);
    }

    private async Task<(HttpStatusCode Status, JsonNode? Body)> GetAsync(Guid order, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/payments/{order}")
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", token) },
        };
        using var response = await shop.Http.SendAsync(request);
        return (response.StatusCode, await response.Content.ReadFromJsonAsync<JsonNode>());
    }
}
