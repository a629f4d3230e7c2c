using Aarya.Features.Payment.Calls;
using Aarya.Features.Payment.Contracts;
using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Fraud.Review;

/// <summary>Approves a payment that was held back.</summary>
public static class ApproveFraudReviewEndpoint
{
    public static ProblemDetails Validate(OrderPayment? payment) => FraudReview.Check(payment);

    [Refuses(409, "fraud_review.closed", "The payment is not, or no longer, under review; `detail` names its status.")]
    [WolverinePost("/api/admin/fraud-reviews/{orderId:guid}/approve")]
    [Authorize("support")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    public static (IResult, Events, OutgoingMessages) Post(Guid orderId, Caller caller,
        [WriteAggregate(nameof(orderId), Required = false)] OrderPayment? payment, DateTimeOffset now)
    {
        var (facts, messages) = PaymentMessages.Of(orderId, payment, payment!.PassReview(caller.Subject, now));
        messages.Add(StaffActedNotice.Of(caller, StaffActions.ReviewApproved, "payment", $"{orderId:D}", now));
        return (Results.NoContent(), facts, messages);
    }
}
