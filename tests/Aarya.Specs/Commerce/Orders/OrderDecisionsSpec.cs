using Aarya.Features;
using Aarya.Features.Commerce.Orders;
using Aarya.Features.Commerce.Orders.BackOffice;
using Aarya.Features.Commerce.Orders.Storefront;
using Aarya.Infrastructure.Security;
using Aarya.Specs.Support.Shoppers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Time.Testing;

namespace Aarya.Specs.Commerce.Orders;

/// <summary>What each action answers in each state of an order, decided without a database.</summary>
public sealed class OrderDecisionsSpec
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 10, 0, 0, TimeSpan.Zero);
    private static readonly Money Total = Money.Rupees(1_579);
    private static readonly Guid Shopper = Guid.CreateVersion7();

    private readonly FakeTimeProvider clock = new(Now);

    private static Order Placed => Order.From(Guid.CreateVersion7(), new(
        1, OrderNumber.Of(1), Shopper, "asha@example.com",
        [new("TEE-S", "Linen tee", "S", "white", "/tee.jpg", 1, Money.Rupees(1_500), 12)],
        new(Money.Rupees(1_500), Money.Zero(), Money.Rupees(79), new(160_71, "INR"), Total),
        "standard", SampleAddresses.Bengaluru, Now, Now.AddMinutes(15)));

    private static Order In(string state) => state switch
    {
        "placed" => Placed,
        "declined" => Placed.After(new PaymentDeclined("insufficient_funds", Now)),
        "awaiting the bank" => Placed.After(new PaymentActionRequired("https://bank.example/3ds", Now)),
        "declined ten times" => In("declined") with { ChargeNumber = Order.MostCharges },
        "paid" => Placed.After(Placed.Receive(Total, goodsSold: true, Now)),
        "packed" => In("paid").After(new OrderPacked(Now)),
        "shipped" => In("packed").After(new OrderShipped("Delhivery", "DL123", Now)),
        "delivered" => In("shipped").After(new OrderDelivered(Now)),
        "being refunded" => In("paid").After(new RefundRequested(Guid.CreateVersion7(), null, "torn", Now)),
        "refunded" => In("paid").After(In("paid").GiveBack(Guid.CreateVersion7(), Total, Now)),
        "expired" => Placed.After(Placed.Expire(Now)),
        "paid and cancelled" => In("paid").After(In("paid").Cancel(CancelReason.ByShopper, Now)),
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "is no state of this table"),
    };

    [Theory]
    //                         pack             ship              deliver              cancel              refund
    [InlineData("placed", "not_packable", "not_shippable", "not_deliverable", null, "not_refundable")]
    [InlineData("declined", "not_packable", "not_shippable", "not_deliverable", null, "not_refundable")]
    [InlineData("awaiting the bank", "not_packable", "not_shippable", "not_deliverable", null, "not_refundable")]
    [InlineData("paid", null, "not_shippable", "not_deliverable", null, null)]
    [InlineData("packed", "not_packable", null, "not_deliverable", null, null)]
    [InlineData("shipped", "not_packable", "not_shippable", null, "not_cancellable", null)]
    [InlineData("delivered", "not_packable", "not_shippable", "not_deliverable", "not_cancellable", null)]
    [InlineData("being refunded", "not_packable", "not_shippable", "not_deliverable", null, "not_refundable")]
    [InlineData("refunded", "not_packable", "not_shippable", "not_deliverable", "not_cancellable", "not_refundable")]
    [InlineData("expired", "not_packable", "not_shippable", "not_deliverable", "not_cancellable", "not_refundable")]
    [InlineData("paid and cancelled", "not_packable", "not_shippable", "not_deliverable", "not_cancellable", null)]
    public void an_action_fits_the_state_of_the_order_or_is_refused_by_its_code(
        string state, string? pack, string? ship, string? deliver, string? cancel, string? refund)
    {
        var order = In(state);

        Is(pack, PackOrderEndpoint.Validate(order));
        Is(ship, ShipOrderEndpoint.Validate(order));
        Is(deliver, DeliverOrderEndpoint.Validate(order));
        Is(cancel, CancelOrderEndpoint.Validate(Customer(Shopper), order));
        Is(refund, RefundOrderEndpoint.Validate(order));
    }

    [Theory]
    [InlineData("placed", "payment_in_progress")]
    [InlineData("declined", null)]
    [InlineData("awaiting the bank", null)]
    [InlineData("declined ten times", "too_many_payments")]
    [InlineData("paid", "not_payable")]
    [InlineData("shipped", "not_payable")]
    [InlineData("refunded", "not_payable")]
    [InlineData("expired", "not_payable")]
    public void an_order_is_paid_again_only_while_it_waits_for_that(string state, string? refusal) =>
        Is(refusal, PayOrderEndpoint.Validate(Customer(Shopper), In(state), clock));

    [Fact]
    public void an_order_is_not_paid_again_when_its_time_is_over()
    {
        clock.Advance(TimeSpan.FromMinutes(15) - TimeSpan.FromTicks(1));
        Is(null, PayOrderEndpoint.Validate(Customer(Shopper), In("declined"), clock));
        clock.Advance(TimeSpan.FromTicks(1));
        Is("not_payable", PayOrderEndpoint.Validate(Customer(Shopper), In("declined"), clock));
    }

    [Fact]
    public void an_order_of_another_shopper_answers_like_a_missing_one()
    {
        var stranger = Customer(Guid.CreateVersion7());
        foreach (var order in new[] { null, In("declined") })
        {
            Is("not_found", CancelOrderEndpoint.Validate(stranger, order));
            Is("not_found", PayOrderEndpoint.Validate(stranger, order, clock));
        }
    }

    [Fact]
    public void staff_cancel_the_order_of_a_shopper_but_do_not_pay_it()
    {
        var support = new Caller(Guid.CreateVersion7(), Guid.CreateVersion7(), [CallerRoles.Support]);
        Is(null, CancelOrderEndpoint.Validate(support, In("declined")));
        Is("not_found", PayOrderEndpoint.Validate(support, In("declined"), clock));
    }

    [Fact]
    public void a_missing_order_is_not_found_by_staff()
    {
        Is("not_found", PackOrderEndpoint.Validate(null));
        Is("not_found", ShipOrderEndpoint.Validate(null));
        Is("not_found", DeliverOrderEndpoint.Validate(null));
        Is("not_found", RefundOrderEndpoint.Validate(null));
    }

    private static Caller Customer(Guid subject) => new(subject, Guid.CreateVersion7(), [CallerRoles.Customer]);

    private static void Is(string? code, ProblemDetails answer) =>
        Assert.Equal(code is null ? null : $"order.{code}", answer.Extensions.TryGetValue("code", out var was) ? was : null);
}
