using Aarya.Features.Payment.Charges;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Payment.Fraud;

public sealed record FraudReviewView(Guid OrderId, string Number, Guid Subject, Money Amount, int Score, IReadOnlyList<string> Reasons,
    DateTimeOffset RequestedAt, DateTimeOffset ExpiresAt)
{
    public static FraudReviewView Of(OrderPayment x) =>
        new(x.Id, x.Number, x.Subject, x.Amount, x.Fraud!.Score, x.Fraud.Reasons, x.RequestedAt!.Value, x.ExpiresAt);
}

public sealed record FraudReviewPage(IReadOnlyList<FraudReviewView> Items, Guid? NextCursor);

/// <summary>The payments that the fraud rules held back, the oldest first: they expire with their orders.</summary>
public static class ListFraudReviewsEndpoint
{
    private const int LargestPage = 100;

    public static ProblemDetails Validate(int limit = 50) => limit is < 1 or > LargestPage
        ? Problem.Invalid("limit", $"A page has 1 to {LargestPage} items.")
        : WolverineContinue.NoProblems;

    [WolverineGet("/api/admin/fraud-reviews")]
    [Authorize("support")]
    public static async Task<FraudReviewPage> Get(IQuerySession session, CancellationToken cancellation,
        int limit = 50, Guid? cursor = null)
    {
        var held = session.Query<OrderPayment>().Where(x => x.Status == PaymentStatus.InReview);
        if (cursor is { } after && await session.LoadAsync<OrderPayment>(after, cancellation) is { RequestedAt: { } at })
            held = held.Where(x => x.RequestedAt > at || (x.RequestedAt == at && x.Id.CompareTo(after) > 0));
        var page = await held.OrderBy(x => x.RequestedAt).ThenBy(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        return new([.. page.Take(limit).Select(FraudReviewView.Of)], page.Count > limit ? page[limit - 1].Id : null);
    }
}

/// <summary>Lets a payment that was held back go on.</summary>
public static class ApproveFraudReviewEndpoint
{
    public static ProblemDetails Validate(OrderPayment? payment) => FraudReview.Check(payment);

    [Refuses(409, "fraud_review.closed", "The payment is not under review (any more); `detail` names its status.")]
    [WolverinePost("/api/admin/fraud-reviews/{orderId:guid}/approve")]
    [Authorize("support")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    public static (IResult, Events, OutgoingMessages) Post(Guid orderId, Caller caller,
        [WriteAggregate(nameof(orderId), Required = false)] OrderPayment? payment, DateTimeOffset now)
    {
        var (facts, messages) = Consequences.Of(orderId, payment, payment!.PassReview(caller.Subject, now));
        return (Results.NoContent(), facts, messages);
    }
}

/// <summary>Refuses a payment that was held back; its order comes to nothing.</summary>
public static class RejectFraudReviewEndpoint
{
    public static ProblemDetails Validate(OrderPayment? payment) => FraudReview.Check(payment);

    [Refuses(409, "fraud_review.closed", "The payment is not under review (any more); `detail` names its status.")]
    [WolverinePost("/api/admin/fraud-reviews/{orderId:guid}/reject")]
    [Authorize("support")]
    [ProducesResponseType(StatusCodes.Status204NoContent)]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status404NotFound, "application/problem+json")]
    [ProducesResponseType<ProblemDetails>(StatusCodes.Status409Conflict, "application/problem+json")]
    public static (IResult, Events, OutgoingMessages) Post(Guid orderId, Caller caller,
        [WriteAggregate(nameof(orderId), Required = false)] OrderPayment? payment, DateTimeOffset now)
    {
        var (facts, messages) = Consequences.Of(orderId, payment, payment!.FailReview(caller.Subject, now));
        return (Results.NoContent(), facts, messages);
    }
}

internal static class FraudReview
{
    public static ProblemDetails Check(OrderPayment? payment) => payment switch
    {
        { RequestedAt: null } or null => Problem.NotFound("payment"),
        { Status: not PaymentStatus.InReview } =>
            Problem.Conflict("fraud_review.closed", "Not under review", $"The payment is {payment.StatusWord}."),
        _ => WolverineContinue.NoProblems,
    };
}
