using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Proxy;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Charges;

public sealed record CardView(string Brand, string Last4);

/// <summary>Where the shopper must go before the payment continues.</summary>
/// <param name="Type">Always redirect.</param>
public sealed record NextActionView(string Type, string Url);

public sealed record PaymentView(Guid OrderId, PaymentState Status, Money Amount, Money Refunded, CardView? Card, string? DeclineCode,
    NextActionView? NextAction)
{
    public static PaymentView Of(OrderPayment x) => new(
        x.Id, x.State, x.Amount, x.RefundedAmount,
        x.Card is null ? null : new(x.Card.Brand, x.Card.Last4),
        x.Status == PaymentStatus.Declined ? x.DeclineCode : null,
        x is { Status: PaymentStatus.ActionRequired, NextActionUrl: { } url } ? new("redirect", url) : null);
}

/// <summary>The payment of an order, for the shopper who placed it and for staff.</summary>
public static class GetPaymentEndpoint
{
    public static async Task<ProblemDetails> ValidateAsync(Caller caller, OrderPayment? payment, IQuerySession session,
        CancellationToken cancellation)
    {
        if (payment?.RequestedAt is null) return Problem.NotFound("payment");
        var owner = (await session.LoadAsync<OrderOwner>(payment.Id, cancellation))?.UserId ?? payment.Subject;
        if (caller.IsStaff || owner == caller.Subject) return WolverineContinue.NoProblems;
        return await session.LoadAsync<GuestSuccessor>(owner, cancellation) is { } guest && guest.UserId == caller.Subject
            ? WolverineContinue.NoProblems
            : Problem.NotFound("payment");
    }

    [WolverineGet("/api/payments/{orderId:guid}"), NeverRepeat]
    [ProducesResponseType<PaymentView>(StatusCodes.Status200OK)]
    public static PaymentView Get(Guid orderId, Caller caller, [ReadAggregate(nameof(orderId), Required = false)] OrderPayment? payment) =>
        PaymentView.Of(payment!);
}
