using Aarya.Features.Payment.Payments;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Wolverine.Http;

namespace Aarya.Features.Payment.Fraud.Review;

public sealed record FraudReviewView(Guid OrderId, string Number, Guid Subject, Money Amount, int Score, IReadOnlyList<string> Reasons,
    DateTimeOffset RequestedAt, DateTimeOffset ExpiresAt)
{
    public static FraudReviewView Of(OrderPayment x) =>
        new(x.Id, x.Number, x.Subject, x.Amount, x.Fraud!.Score, x.Fraud.Reasons, x.RequestedAt!.Value, x.ExpiresAt);
}

public sealed record FraudReviewPage(IReadOnlyList<FraudReviewView> Items, string? NextCursor);

/// <summary>The payments that the fraud rules held back, the oldest first: they expire with their orders.</summary>
public static class ListFraudReviewsEndpoint
{
    private const int LargestPage = 100;

    public static ProblemDetails Validate(int limit = 50, string? cursor = null) => PageCursor.Validate(limit, LargestPage, cursor);

    [WolverineGet("/api/admin/fraud-reviews")]
    [Authorize("support")]
    public static async Task<FraudReviewPage> Get(IQuerySession session, CancellationToken cancellation,
        int limit = 50, string? cursor = null)
    {
        var held = session.Query<OrderPayment>().Where(x => x.Status == PaymentStatus.InReview);
        if (PageCursor.Parse(cursor) is { At: var at, Id: var id })
            held = held.Where(x => x.RequestedAt > at || (x.RequestedAt == at && x.Id.CompareTo(id) > 0));
        var page = await held.OrderBy(x => x.RequestedAt).ThenBy(x => x.Id).Take(limit + 1).ToListAsync(cancellation);
        var last = page.Count > limit ? page[limit - 1] : null;
        return new([.. page.Take(limit).Select(FraudReviewView.Of)],
            last is null ? null : $"{new PageCursor(last.RequestedAt!.Value, last.Id)}");
    }
}
