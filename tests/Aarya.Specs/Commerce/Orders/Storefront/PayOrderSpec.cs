using Aarya.Features.Commerce.Orders;
using Aarya.Specs.Support.Hosts;
using Aarya.Specs.Support.Shoppers;
using Wolverine.Tracking;
using Wire = Aarya.Features.Commerce.Contracts;

namespace Aarya.Specs.Commerce.Orders.Storefront;

public sealed class PayOrderSpec(AaryaFixture fixture) : Spec(fixture), IAsyncLifetime
{
    private static readonly DateTimeOffset Then = DateTimeOffset.UtcNow;

    private Shopper shopper = null!;
    private OrderView order = null!;

    private string Path => $"/api/orders/{order.Id}/payment";

    public async ValueTask InitializeAsync()
    {
        shopper = await Shopper.GuestAsync(Host);
        order = await Host.PlacedOrderAsync(shopper);
    }

    public ValueTask DisposeAsync()
    {
        shopper.Dispose();
        return ValueTask.CompletedTask;
    }

    private Task<Answer> PayAsync(string token = "tok_approve") => shopper.PostAsync(Path, new { paymentToken = token });

    private Task DeclineAsync(int number = 1) =>
        Host.InvokeMessageAndWaitAsync(new Wire.PaymentDeclinedNotice(order.Id, "insufficient_funds", Then, Final: false, number));

    [Fact]
    public async Task a_token_that_is_none_is_named_and_nothing_happens()
    {
        await DeclineAsync();
        foreach (var token in new[] { "", "4111111111111111", "x", "tok approve", "tok_approve\n", new string('t', 300) })
            (await PayAsync(token)).Names("paymentToken");
        (await shopper.PostAsync(Path, new { })).Names("paymentToken");

        Assert.Equal(OrderPaymentStatus.Declined, (await shopper.GetAsync($"/api/orders/{order.Id}")).As<OrderView>().Payment.Status);
    }

    [Fact]
    public async Task an_order_of_another_shopper_answers_like_a_missing_one()
    {
        await DeclineAsync();
        using var other = await Shopper.GuestAsync(Host);
        using var support = await Shopper.OfRoleAsync(Host, "support");
        foreach (var caller in new[] { other, support })
            (await caller.PostAsync(Path, new { paymentToken = "tok_approve" })).Is(404, "order.not_found");
        (await shopper.PostAsync($"/api/orders/{Guid.NewGuid()}/payment", new { paymentToken = "tok_approve" })).Is(404, "order.not_found");
        using var nobody = Shopper.WithoutToken(Host);
        (await nobody.PostAsync(Path, new { paymentToken = "tok_approve" })).Is(401);
    }

    [Fact]
    public async Task a_declined_order_is_paid_another_way_and_payment_is_told_the_token()
    {
        (await PayAsync()).Is(409, "order.payment_in_progress");
        await DeclineAsync();
        Answer answer = null!;

        var messages = await Host.ExecuteAndWaitAsync(async () => answer = await PayAsync("tok_other"), 30_000);

        Assert.Equal((OrderStatus.PendingPayment, OrderPaymentStatus.Pending),
            (answer.Is(202).As<OrderView>().Status, answer.As<OrderView>().Payment.Status));
        var told = messages.Sent.SingleMessage<Wire.PaymentRetriedNotice>();
        Assert.Equal((order.Id, 2, shopper.Subject, "tok_other"), (told.OrderId, told.ChargeNumber, told.Subject, told.PaymentToken));
        (await PayAsync()).Is(409, "order.payment_in_progress");
        // A late decline of the first token changes nothing.
        await DeclineAsync();
        Assert.Equal(OrderPaymentStatus.Pending, (await shopper.GetAsync($"/api/orders/{order.Id}")).As<OrderView>().Payment.Status);
        await Host.PaysAsync(order);
        Assert.Equal("order.not_payable", (await PayAsync()).Is(409).Code);
        Assert.Equal(["placed", "payment_declined", "payment_retried", "payment_received", "confirmed"],
            (await shopper.GetAsync($"/api/orders/{order.Id}/timeline"))["items"].EnumerateArray()
                .Select(x => x.GetProperty("kind").GetString()));
    }

    [Fact]
    public async Task a_second_step_that_was_left_is_no_reason_to_wait()
    {
        await Host.InvokeMessageAndWaitAsync(new Wire.PaymentActionRequiredNotice(order.Id, "https://bank.example/3ds", Then));

        var paying = (await PayAsync()).Is(202).As<OrderView>();

        Assert.Equal((OrderPaymentStatus.Pending, null), (paying.Payment.Status, paying.Payment.NextAction));
    }

    [Fact]
    public async Task two_clicks_at_once_are_one_payment()
    {
        await DeclineAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PayAsync()));

        Assert.Single(answers, x => x.Status == 202);
        Assert.All(answers.Where(x => x.Status != 202), x => x.Is(409, "order.payment_in_progress"));
    }

    [Fact]
    public async Task an_order_that_has_ended_is_not_paid()
    {
        await DeclineAsync();
        (await shopper.PostAsync($"/api/orders/{order.Id}/cancel")).Is(200);

        Assert.Equal("cancelled", (await PayAsync()).Is(409, "order.not_payable")["orderStatus"].GetString());
    }

    [Fact]
    public async Task cards_are_not_tried_out_on_an_order()
    {
        for (var number = 1; number < Order.MostCharges; number++)
        {
            await DeclineAsync(number);
            (await PayAsync()).Is(202);
        }

        await DeclineAsync(Order.MostCharges);
        (await PayAsync()).Is(409, "order.too_many_payments");
    }
}
