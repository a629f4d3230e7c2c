using Aarya.Features.Commerce.Contracts;
using Aarya.Features.Commerce.Orders.Effects;
using Aarya.Infrastructure.Http;
using Aarya.Infrastructure.Idempotency;
using Aarya.Infrastructure.OpenApi;
using Aarya.Infrastructure.Security;
using FluentValidation;
using Marten;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Wolverine;
using Wolverine.Http;
using Wolverine.Marten;

namespace Aarya.Features.Commerce.Orders.BackOffice;

/// <summary>Refunds all that is left of an order's payment.</summary>
public sealed record RefundOrder(string Reason)
{
    public sealed class Validator : AbstractValidator<RefundOrder>
    {
        public Validator() => RuleFor(x => x.Reason).TextOfAPerson(500).WithoutCardNumber();
    }
}

public static class RefundOrderEndpoint
{
    public static ProblemDetails Validate(Order? order) => order switch
    {
        null => Problem.NotFound("order"),
        { CanBeRefunded: true } => WolverineContinue.NoProblems,
        _ => order.Refuses("order.not_refundable", "nothing is left to refund, or a refund is already in progress."),
    };

    [Refuses(409, "order.not_refundable",
        "Nothing is left to refund, or a refund is already in progress. `detail` names the order's status.")]
    [WolverinePost("/api/admin/orders/{id:guid}/refunds"), Authorize("support"), IdempotencyKeyRequired]
    public static async Task<(Accepted<OrderView>, Events, OutgoingMessages)> Post(
        RefundOrder command, Guid id, Caller caller,
        [WriteAggregate(nameof(id), LoadStyle = ConcurrencyStyle.Exclusive, Required = false)] Order? order,
        IDocumentSession session, DateTimeOffset now, CancellationToken cancellation)
    {
        IReadOnlyList<object> facts = [new RefundRequested(Guid.CreateVersion7(now), null, PersonText.Compose(command.Reason), now)];
        var (events, news) = await OrderMessages.OfAsync(session, order!, facts, cancellation);
        var left = order!.Paid - order.GivenBack;
        news.Add(StaffActedNotice.Of(
            caller, StaffActions.OrderRefunded, "order", $"{id:D}", now, ("amount", $"{left.Minor}"), ("currency", left.Currency)));
        return (TypedResults.Accepted($"/api/orders/{id}", OrderView.Of(order!.After(facts))), events, news);
    }
}
