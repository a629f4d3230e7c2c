using Aarya.Features.Payment.Payments;
using Aarya.Infrastructure.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Payment.Fraud.Review;

internal static class FraudReview
{
    public static ProblemDetails Check(OrderPayment? payment) => payment switch
    {
        { RequestedAt: null } or null => Problem.NotFound("payment"),
        { Status: not PaymentStatus.InReview } =>
            Problem.Conflict("fraud_review.closed", "Not under review", $"The payment is {payment.State.Text()}."),
        _ => WolverineContinue.NoProblems,
    };
}
