using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Rates;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders.Storefront;

/// <summary>
/// Pays an order with another token while its stock is still reserved: after a decline, or instead of a bank confirmation that the shopper
/// has abandoned. The earlier charge is voided first; if it turns out to be paid, it counts and nothing else is charged.
/// </summary>
/// <param name="PaymentToken">What the payment provider gave the storefront for the shopper's card or account; never a card number.</param>
public sealed record PayOrder(string PaymentToken)
{
    public sealed class Validator : AbstractValidator<PayOrder>
    {
        public Validator() => RuleFor(x => x.PaymentToken).IsPaymentToken();
    }
}

public static class PayOrderEndpoint
{
    public static ProblemDetails Validate(Caller caller, Order? order, TimeProvider time) => order switch
    {
        null => Problem.NotFound("order"),
        _ when order.Subject != caller.Subject => Problem.NotFound("order"),
        { AwaitsPayment: false } => order.Refuses("order.not_payable", "it does not await payment."),
        _ when time.GetUtcNow() >= order.ExpiresAt => order.Refuses("order.not_payable", "its time to pay is over."),
        { PaymentStatus: OrderPaymentStatus.Pending } => order.Refuses("order.payment_in_progress", "its payment is still in progress."),
        { ChargeNumber: >= Order.MostCharges } => order.Refuses("order.too_many_payments", $"it had {Order.MostCharges} payment attempts."),
        _ => WolverineContinue.NoProblems,
    };

    [Refuses(409, "order.not_payable", "The order is paid or has ended, or its time to pay is over. `orderStatus` gives its status.")]
    [Refuses(409, "order.payment_in_progress", "The outcome of its last payment is not known yet: wait for it.")]
    [Refuses(409, "order.too_many_payments", "The order had too many payment attempts: place another order.")]
    [WolverinePost("/api/orders/{id:guid}/payment"), RateLimit("payment")]
    public static async Task<(Accepted<OrderView>, Events, OutgoingMessages)> Post(
        PayOrder command, Guid id, Caller caller,
        [WriteAggregate(nameof(id), LoadStyle = ConcurrencyStyle.Exclusive, Required = false)] Order? order,
        IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        var facts = order!.PayAgain(now);
        var (events, news) = await OrderMessages.OfAsync(session, order, facts, cancellation);
        var paying = order.After(facts);
        news.Add(new PaymentRetriedNotice(id, paying.ChargeNumber, order.Subject, order.Email, command.PaymentToken, now));
        return (TypedResults.Accepted($"/api/orders/{id}", OrderView.Of(paying)), events, news);
    }
}
